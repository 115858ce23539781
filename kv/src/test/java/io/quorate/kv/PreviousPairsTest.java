package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PreviousPairsTest {

    private final List<String> asked = new ArrayList<>();
    private final PreviousPairs pairs = new PreviousPairs(this::history, 2_000);

    private Optional<KeyValue> history(Bytes key, long revision) {
        asked.add(key + "@" + revision);
        return revision == 1
                ? Optional.empty()
                : Optional.of(new KeyValue(key, revision - 1, revision - 1, 1, Bytes.copyOf(new byte[500]), 0));
    }

    private static Bytes key(String name) {
        return Bytes.utf8(name);
    }

    @Test
    void whatManyAskIsLookedUpOnce() {
        Optional<KeyValue> first = pairs.before(key("a"), 5);

        assertThat(pairs.before(key("a"), 5)).isEqualTo(first);
        assertThat(pairs.before(key("a"), 1)).isEmpty();
        assertThat(pairs.before(key("a"), 1)).isEmpty();
        assertThat(asked).hasSize(2);
        assertThat(pairs.before(key("a"), 6)).isNotEqualTo(first);
        assertThat(pairs.before(key("b"), 5)).isNotEqualTo(first);
    }

    @Test
    void whatWasNotAskedForLongestIsForgotten() {
        for (int revision = 2; revision < 50; revision++) {
            pairs.before(key("a"), revision);
            pairs.before(key("often"), 2);
            assertThat(pairs.rememberedBytes()).isLessThanOrEqualTo(2_000);
        }

        pairs.before(key("a"), 2);
        assertThat(asked).filteredOn((key("often") + "@2")::equals).hasSize(1);
        assertThat(asked).filteredOn((key("a") + "@2")::equals).hasSize(2);
    }
}
