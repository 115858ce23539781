package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** The small files of a data directory. */
public final class FileFuzzTargets implements FuzzTargets {

    private static final int MAGIC = 0x51424547;
    private static final ChecksummedFile FILE = new ChecksummedFile("beginning", MAGIC);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(FuzzTarget.of(
                        "beginning-file",
                        FileFuzzTargets::sample,
                        input -> ConfigurationCodec.decode(FILE.contentOf(ByteBuffer.wrap(input))
                                .orElseThrow(() -> new CorruptFrameException("damaged"))),
                        CorruptFrameException.class)
                .sealedBy(FileFuzzTargets::sealed));
    }

    private static byte[] sample(SplittableRandom random) {
        TreeMap<MemberId, List<String>> voters = new TreeMap<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
            voters.put(new MemberId(random.nextLong() | 1), List.of("http://host" + i + ":2380"));
        }
        ByteBuffer content = ConfigurationCodec.encode(Configuration.of(voters));
        return sealed(ByteBuffer.allocate(8 + content.remaining())
                .putInt(MAGIC)
                .putInt(0)
                .put(content)
                .array());
    }

    private static byte[] sealed(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, sealed.length);
        return sealed;
    }
}
