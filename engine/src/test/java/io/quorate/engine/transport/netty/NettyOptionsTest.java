package io.quorate.engine.transport.netty;

import static io.quorate.engine.transport.netty.NettyFixture.CLUSTER;
import static io.quorate.engine.transport.netty.NettyFixture.LIMITS;
import static io.quorate.engine.transport.netty.NettyFixture.ONE;
import static io.quorate.engine.transport.netty.NettyFixture.TWO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.transport.StorageIds;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NettyOptionsTest {

    @Test
    void aPeerWithoutAnAddressIsRefused() {
        assertThatThrownBy(() -> new NettyOptions(
                        ONE, CLUSTER, List.of(), Map.of(TWO, List.of()), LIMITS, StorageIds.inMemory()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("member 2 has no peer address; give it at least one");
    }

    @Test
    void limitsThatCannotWorkAreRefused() {
        Duration second = Duration.ofSeconds(1);
        assertThatThrownBy(() -> limits(1, 1_000, second, second)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits(1_000, 0, second, second)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits(1_000, 1_000, Duration.ZERO, second))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> limits(1_000, 1_000, second, Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(limits(1_000, 1_000, second, second).maxFrameBytes()).isEqualTo(1_000);
    }

    private static NettyOptions.Limits limits(int frame, long queued, Duration minDelay, Duration maxDelay) {
        Duration second = Duration.ofSeconds(1);
        return new NettyOptions.Limits(frame, queued, second, second, minDelay, maxDelay, second, second);
    }
}
