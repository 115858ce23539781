package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.Comparator;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyspaceTest {

    private static final Comparator<ByteString> ORDER = ByteString.unsignedLexicographicalComparator();

    private final Keyspace keyspace = new Keyspace(0x1234, new LoadPlan.Data(1_000, 32, 100));

    @Test
    void keysAreOfTheirSizeAndUnderThePrefix() {
        assertThat(keyspace.key(42).toStringUtf8()).isEqualTo("bench/00001234/00000000000000042");
        assertThat(keyspace.key(999).size()).isEqualTo(32);
        assertThat(ORDER.compare(keyspace.key(999), keyspace.prefixEnd())).isNegative();
        assertThat(ORDER.compare(keyspace.prefix(), keyspace.key(0))).isNegative();
    }

    @Test
    void theRangeOfOneRunHasNoKeyOfAnother() {
        Keyspace next = new Keyspace(0x1235, new LoadPlan.Data(1_000, 32, 100));

        assertThat(ORDER.compare(next.key(0), keyspace.prefixEnd())).isPositive();
        assertThat(ORDER.compare(keyspace.key(999), next.prefix())).isNegative();
    }

    @Test
    void valuesAreOfTheirSizeAndDiffer() {
        SplittableRandom random = new SplittableRandom(1);

        ByteString one = keyspace.value(random);
        ByteString other = keyspace.value(random);

        assertThat(one.size()).isEqualTo(100);
        assertThat(one).isNotEqualTo(other);
        assertThat(new Keyspace(1, new LoadPlan.Data(1, 32, 0)).value(random).isEmpty())
                .isTrue();
    }
}
