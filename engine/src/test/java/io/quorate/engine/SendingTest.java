package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.SendBounds;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** How a node sends entries can be changed while it runs, on its loop. */
class SendingTest {

    private static final Configuration VOTERS =
            Configuration.of(Set.of(HandDrivenNode.SELF, new MemberId(2), new MemberId(3)));

    @Test
    void narrowerBoundsHoldAndWiderOnesThanAtTheStartDoNot() throws IOException {
        HandDrivenNode node = new HandDrivenNode(new FaultyDisk(), VOTERS, 1, options -> options);
        SendBounds begin = new SendBounds(
                NodeOptions.Flow.DEFAULT.maxMessageBytes(), NodeOptions.Flow.DEFAULT.maxInflightMessages());
        assertThat(node.node.sending().bounds()).isEqualTo(begin);

        node.node.sendWithin(new SendBounds(4_096, 2));
        assertThat(node.node.sending().bounds()).as("the loop has not run").isEqualTo(begin);
        node.tick();
        assertThat(node.node.sending().bounds()).isEqualTo(new SendBounds(4_096, 2));

        node.node.sendWithin(new SendBounds(Long.MAX_VALUE, Integer.MAX_VALUE));
        node.tick();
        assertThat(node.node.sending().bounds()).isEqualTo(begin);
    }
}
