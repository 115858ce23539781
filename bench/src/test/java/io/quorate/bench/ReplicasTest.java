package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Members that differ are found. */
class ReplicasTest {

    private static ByteBuffer command(long client, long sequence) {
        return ByteBuffer.allocate(16).putLong(client).putLong(sequence).flip();
    }

    private final Replicas replicas = new Replicas();
    private final Replicas.Replica first = replicas.add();
    private final Replicas.Replica second = replicas.add();

    @Test
    void membersThatAppliedTheSameInTheSameOrderAgree() {
        for (Replicas.Replica member : new Replicas.Replica[] {first, second}) {
            member.apply(command(1, 1));
            member.apply(command(2, 1));
        }
        assertThatCode(() -> replicas.verify(2)).doesNotThrowAnyException();
    }

    @Test
    void membersThatAppliedTheSameInAnotherOrderDiffer() {
        first.apply(command(1, 1));
        first.apply(command(2, 1));
        second.apply(command(2, 1));
        second.apply(command(1, 1));
        assertThatThrownBy(() -> replicas.verify(2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aCommandThatWasAppliedTwiceIsFound() {
        for (Replicas.Replica member : new Replicas.Replica[] {first, second}) {
            member.apply(command(1, 1));
            member.apply(command(1, 1));
        }
        assertThatThrownBy(() -> replicas.verify(1)).isInstanceOf(IllegalStateException.class);
    }
}
