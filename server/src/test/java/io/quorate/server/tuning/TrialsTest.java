package io.quorate.server.tuning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Which settings are worth a trial. */
class TrialsTest {

    private static final long MIB = 1 << 20;
    private static final SendBounds MOST = new SendBounds(MIB, 256);

    private static List<Trial> of(SendCounts sent, SendBounds now) {
        return Trials.of(Windows.ofClients(64, 1_000, sent), now, MOST);
    }

    private static List<SendBounds> settings(SendCounts sent, SendBounds now) {
        return of(sent, now).stream().map(Trial::to).toList();
    }

    @Test
    void fewerMessagesThanAreUnderWayAreTriedByPowersOfTwo() {
        assertThat(settings(new SendCounts(100, 0, 530, 0), MOST)).containsExactly(new SendBounds(MIB, 4));
        assertThat(settings(new SendCounts(100, 0, 400, 0), MOST)).containsExactly(new SendBounds(MIB, 2));
        assertThat(settings(new SendCounts(100, 0, 130, 0), MOST)).containsExactly(new SendBounds(MIB, 1));
    }

    @Test
    void whereOneIsUnderWayAtATimeThereIsNothingToGather() {
        assertThat(settings(new SendCounts(100, 0, 110, 0), MOST)).isEmpty();
        assertThat(settings(SendCounts.NONE, MOST)).isEmpty();
    }

    @Test
    void moreMessagesAreTriedWhereTheBoundHoldsEntriesBack() {
        assertThat(settings(new SendCounts(90, 0, 90, 10), new SendBounds(MIB, 1)))
                .containsExactly(new SendBounds(MIB, 2));
        assertThat(settings(new SendCounts(97, 0, 97, 3), new SendBounds(MIB, 1)))
                .as("rarely")
                .isEmpty();
    }

    @Test
    void bothWaysAreTriedWhereBothMayBeFaster() {
        assertThat(settings(new SendCounts(50, 0, 180, 50), new SendBounds(MIB, 4)))
                .containsExactly(new SendBounds(MIB, 8), new SendBounds(MIB, 2));
    }

    @Test
    void noWiderBoundIsTriedThanTheMemberWasStartedWith() {
        assertThat(settings(new SendCounts(50, 0, 50, 50), new SendBounds(MIB, 256)))
                .isEmpty();
        assertThat(settings(new SendCounts(50, 0, 50, 50), new SendBounds(MIB, 200)))
                .containsExactly(new SendBounds(MIB, 256));
    }

    @Test
    void batchesThatAreFullAreTriedLargerAndSmaller() {
        SendCounts full = new SendCounts(100, 20, 100, 0);
        assertThat(settings(full, new SendBounds(MIB / 2, 256)))
                .containsExactly(new SendBounds(MIB, 256), new SendBounds(MIB / 4, 256));
        assertThat(settings(full, MOST)).containsExactly(new SendBounds(MIB / 2, 256));
        assertThat(settings(full, new SendBounds(Trials.LEAST_BATCH_BYTES, 256)))
                .as("never smaller than that by itself")
                .containsExactly(new SendBounds(2 * Trials.LEAST_BATCH_BYTES, 256));
    }

    @Test
    void whereReplicationTakesNoMoreThanItMustNothingIsTried() {
        Window fast = new Window(
                Windows.LENGTH, 10_000, 1_000, 2_000, 240, OptionalDouble.of(200), new SendCounts(100, 50, 530, 50), 0);
        assertThat(Trials.of(fast, new SendBounds(MIB / 2, 16), MOST)).isEmpty();
    }

    @Test
    void aTrialTellsItsFlagWhatItCanSaveAndWhy() {
        Trial trial = of(new SendCounts(100, 0, 530, 0), MOST).getFirst();
        assertThat(trial.flag()).isEqualTo("--max-inflight-messages 4");
        assertThat(trial.now()).isEqualTo(256);
        assertThat(trial.gain().orElseThrow()).isCloseTo(0.8, within(1e-9));
        assertThat(trial.gainText()).isEqualTo("at most 80 % of a write's time");
        assertThat(trial.reason()).startsWith("5.3 messages are under way to a follower at a time");

        Trial batch = of(new SendCounts(100, 20, 100, 0), MOST).getFirst();
        assertThat(batch.flag()).isEqualTo("--max-batch-bytes 524288");
        assertThat(batch.now()).isEqualTo(MIB);
        assertThat(batch.reason()).startsWith("20 % of the messages are as large as they may be");
    }
}
