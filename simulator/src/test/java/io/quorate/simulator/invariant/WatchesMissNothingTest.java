package io.quorate.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Put;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.Txn;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.WatchRequest;
import io.quorate.simulator.ClientNews.WatchAnswered;
import io.quorate.simulator.ClientNews.WatchBegun;
import io.quorate.simulator.ClientNews.WatchProgressed;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a watch must not see, and what it must not be kept from. */
class WatchesMissNothingTest {
    private static final Bytes A = Bytes.utf8("a");
    private static final Bytes B = Bytes.utf8("b");
    private static final WatchRequest BOTH = new WatchRequest(A, Bytes.utf8("c"), 0, true, false, false);

    private static final KeyValue A_2 = new KeyValue(A, 2, 2, 1, Bytes.utf8("1"), 0);
    private static final KeyValue A_4 = new KeyValue(A, 2, 4, 2, Bytes.utf8("2"), 0);
    private static final KeyValue B_4 = new KeyValue(B, 4, 4, 1, Bytes.utf8("2"), 0);

    private final NaiveStore model = new NaiveStore();
    private final WatchesMissNothing watches = new WatchesMissNothing(model);
    private long index;

    /** Revision 2 creates a, 3 changes something else, 4 changes a and creates b, 5 deletes a. */
    @BeforeEach
    void writeHistory() {
        apply(Put.of(A, Bytes.utf8("1")));
        apply(Put.of(Bytes.utf8("x"), Bytes.utf8("1")));
        apply(new Txn(List.of(), List.of(Put.of(A, Bytes.utf8("2")), Put.of(B, Bytes.utf8("2"))), List.of()));
        apply(DeleteRange.of(A));
        watches.told(new WatchBegun(1, BOTH, 2));
    }

    private void apply(Command command) {
        model.apply(Bytes.wrap(CommandCodec.encode(command)), ++index);
    }

    private static KeyEvent put(KeyValue kv, Optional<KeyValue> prev) {
        return new KeyEvent(KeyEvent.Kind.PUT, kv, prev);
    }

    private static final RevisionEvents TWO = new RevisionEvents(2, List.of(put(A_2, Optional.empty())));
    private static final RevisionEvents FOUR =
            new RevisionEvents(4, List.of(put(A_4, Optional.of(A_2)), put(B_4, Optional.empty())));
    private static final RevisionEvents FIVE = new RevisionEvents(
            5,
            List.of(new KeyEvent(KeyEvent.Kind.DELETE, new KeyValue(A, 0, 5, 0, Bytes.empty(), 0), Optional.of(A_4))));

    private void see(RevisionEvents... revisions) {
        see(revisions[revisions.length - 1].revision(), revisions);
    }

    private void see(long through, RevisionEvents... revisions) {
        watches.told(new WatchAnswered(1, new WatchAnswer.Events(List.of(revisions), through)));
    }

    private void refused(Runnable news, String why) {
        assertThatThrownBy(news::run).isInstanceOf(InvariantViolation.class).hasMessageContaining(why);
    }

    @Test
    void allOfTheHistoryInItsOrderIsRight() {
        assertThatCode(() -> {
                    see(TWO);
                    watches.told(new WatchProgressed(1, 3));
                    see(FOUR, FIVE);
                    watches.told(new WatchProgressed(1, 5));
                    watches.ended();
                })
                .doesNotThrowAnyException();
    }

    @Test
    void aGapIsAViolation() {
        refused(() -> see(FOUR), "missed revision 2");
        see(TWO);
        refused(() -> see(FIVE), "missed revision 4");
    }

    @Test
    void aRevisionThatIsSeenTwiceOrTooLateIsAViolation() {
        see(TWO, FOUR);
        refused(() -> see(FOUR), "now sees");
        refused(() -> see(TWO), "now sees");
    }

    @Test
    void aRevisionThatIsNotWholeIsAViolation() {
        see(TWO);
        refused(() -> see(new RevisionEvents(4, FOUR.events().subList(0, 1))), "what was changed is");
    }

    @Test
    void wrongPairsFlagsAndKindsAreViolations() {
        see(TWO);
        refused(
                () -> see(new RevisionEvents(
                        4, List.of(put(A_4, Optional.empty()), FOUR.events().get(1)))),
                "what was changed is");
        KeyValue created = new KeyValue(A, 4, 4, 1, Bytes.utf8("2"), 0);
        refused(
                () -> see(new RevisionEvents(
                        4, List.of(put(created, Optional.of(A_2)), FOUR.events().get(1)))),
                "what was changed is");
        see(FOUR);
        refused(() -> see(new RevisionEvents(5, List.of(put(A_4, Optional.of(A_4))))), "what was changed is");
    }

    @Test
    void whatAFilterOrTheRangeLeavesOutMustNotCome() {
        watches.told(new WatchBegun(2, new WatchRequest(A, Bytes.empty(), 0, true, false, true), 4));
        refused(
                () -> watches.told(new WatchAnswered(2, new WatchAnswer.Events(List.of(FOUR), 4))),
                "what was changed is");
        watches.told(new WatchAnswered(
                2,
                new WatchAnswer.Events(
                        List.of(new RevisionEvents(4, FOUR.events().subList(0, 1))), 4)));
        refused(
                () -> watches.told(new WatchAnswered(2, new WatchAnswer.Events(List.of(FIVE), 5))),
                "what was changed is");
    }

    @Test
    void progressAheadOfEventsIsAViolation() {
        see(TWO);
        refused(() -> watches.told(new WatchProgressed(1, 4)), "missed revision 4");
        refused(() -> see(4, TWO), "now sees");
        refused(() -> watches.told(new WatchProgressed(1, 6)), "and the store at 5");
    }

    @Test
    void whoeverGoesOnElsewhereGoesOnWhereItStopped() {
        see(TWO);
        refused(() -> watches.told(new WatchBegun(1, BOTH, 4)), "having seen 2");
        assertThatCode(() -> watches.told(new WatchBegun(1, BOTH, 3))).doesNotThrowAnyException();
    }

    @Test
    void onlyWhatIsCompactedEndsAWatchAndHidesAPreviousPair() {
        WatchAnswered end = new WatchAnswered(1, new WatchAnswer.Compacted(4));
        refused(() -> watches.told(end), "and compacted is -1");
        apply(new Compact(4, false));
        assertThatCode(() -> watches.told(end)).doesNotThrowAnyException();
        watches.told(new WatchBegun(2, BOTH, 4));
        refused(() -> watches.told(new WatchAnswered(2, new WatchAnswer.Compacted(4))), "ends for revision 4");
        RevisionEvents withoutPrev =
                new RevisionEvents(4, List.of(put(A_4, Optional.empty()), put(B_4, Optional.empty())));
        assertThatCode(() -> watches.told(new WatchAnswered(2, new WatchAnswer.Events(List.of(withoutPrev), 4))))
                .doesNotThrowAnyException();
    }

    @Test
    void aWatchThatHasNotSeenTheEndIsAViolationAtTheEnd() {
        see(TWO, FOUR);
        refused(watches::ended, "missed revision 5");
    }
}
