package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The forms of a configuration that releases have written; each is read for ever. */
class ConfigurationCodecTest {

    private static final MemberId ONE = new MemberId(1);
    private static final MemberId TWO = new MemberId(2);

    private static final String BOTH = "0002" + "0000000000000001" + "0000000000000002";
    private static final String PLAIN = "01" + BOTH + "0000" + "0000";
    private static final String REST =
            "0001" + "0000000000000009" + "0001" + "0000000000000002" + "0001" + "0003623a31";
    private static final String WITH_ADDRESSES = "02" + BOTH + "0000" + "0000" + REST;
    private static final String WITH_PRIORITIES =
            "03" + BOTH + "0000" + "0000" + REST + "0001" + "0000000000000002" + "00000007";

    private static final String WITH_WITNESSES =
            "04" + BOTH + "0000" + "0000" + REST + "0000" + "0001" + "0000000000000002";

    private static final Configuration OF_BOTH = Configuration.of(Set.of(ONE, TWO));
    private static final Configuration REACHED = new Configuration(
            OF_BOTH.voters(),
            new TreeSet<>(),
            new TreeSet<>(),
            new TreeMap<>(Map.of(TWO, List.of("b:1"))),
            new TreeSet<>(Set.of(new MemberId(9))));

    private static String hex(ByteBuffer bytes) {
        byte[] content = new byte[bytes.remaining()];
        bytes.get(content);
        return HexFormat.of().formatHex(content);
    }

    private static Configuration decode(String hex) throws CorruptFrameException {
        ByteBuffer in = ByteBuffer.wrap(HexFormat.of().parseHex(hex));
        Configuration configuration = ConfigurationCodec.decode(in);
        assertThat(in.hasRemaining()).isFalse();
        return configuration;
    }

    private static void assertForm(String hex, Configuration configuration) throws CorruptFrameException {
        assertThat(hex(ConfigurationCodec.encode(configuration))).isEqualTo(hex);
        assertThat(ConfigurationCodec.size(configuration)).isEqualTo(hex.length() / 2);
        assertThat(decode(hex)).isEqualTo(configuration);
    }

    @Test
    void eachIsWrittenInTheOldestFormThatHoldsIt() throws CorruptFrameException {
        assertForm(PLAIN, OF_BOTH);
        assertForm(WITH_ADDRESSES, REACHED);
        assertForm(WITH_PRIORITIES, REACHED.withPriority(TWO, 7));
        assertForm(WITH_ADDRESSES, REACHED.withPriority(TWO, 7).withPriority(TWO, 1));
        assertForm(WITH_WITNESSES, REACHED.withWitnesses(new TreeSet<>(Set.of(TWO))));
    }

    @Test
    void whatIsCutOffOrOfALaterFormIsRefused() {
        for (int length = 0; length < WITH_PRIORITIES.length(); length += 2) {
            String cut = WITH_PRIORITIES.substring(0, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(CorruptFrameException.class);
        }
        for (int length = 0; length < WITH_WITNESSES.length(); length += 2) {
            String cut = WITH_WITNESSES.substring(0, length);
            assertThatThrownBy(() -> decode(cut)).isInstanceOf(CorruptFrameException.class);
        }
        assertThatThrownBy(() -> decode("05" + WITH_WITNESSES.substring(2))).isInstanceOf(CorruptFrameException.class);
        assertThatThrownBy(() -> decode(WITH_PRIORITIES.replace("00000007", "ffffffff")))
                .hasMessageContaining("the least is 0");
    }
}
