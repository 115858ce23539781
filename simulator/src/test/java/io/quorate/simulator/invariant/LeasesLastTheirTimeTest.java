package io.quorate.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.Lease;
import io.quorate.simulator.ClientNews.LeaseGone;
import io.quorate.simulator.ClientNews.LeasePromised;
import org.junit.jupiter.api.Test;

/** What is a violation of a lease's promise, and what is none. */
class LeasesLastTheirTimeTest {
    private static final long SECOND = 1_000_000_000;
    private static final Lease LEASE = new Lease(7, 10, 10, 3);

    private long now;
    private final LeasesLastTheirTime strict = new LeasesLastTheirTime(() -> now, 0.1);
    private final LeasesLastTheirTime lenient = new LeasesLastTheirTime(() -> now, 0);

    private void expireAt(LeasesLastTheirTime invariant, double seconds) {
        now = (long) (seconds * SECOND);
        invariant.over(LEASE, true);
    }

    @Test
    void aLeaseThatExpiresBeforeItsTimeIsAViolation() {
        strict.told(new LeasePromised(LEASE, 0));
        assertThatThrownBy(() -> expireAt(strict, 9.99)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aLeaseThatExpiresAfterItsTimeIsNone() {
        strict.told(new LeasePromised(LEASE, 0));
        assertThatCode(() -> expireAt(strict, 10)).doesNotThrowAnyException();
    }

    @Test
    void theLastRenewalThatWasAcknowledgedCounts() {
        strict.told(new LeasePromised(LEASE, 0));
        strict.told(new LeasePromised(LEASE, 4 * SECOND));
        assertThatThrownBy(() -> expireAt(strict, 13.9)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void anAcknowledgementThatComesLateCountsFromWhenTheRequestCame() {
        strict.told(new LeasePromised(LEASE, 0));
        expireAt(strict, 10.5);
        assertThatThrownBy(() -> strict.told(new LeasePromised(LEASE, SECOND)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("was promised until");
    }

    @Test
    void withoutADeclaredBoundALeaseMayBeShorterByWhatAClockIsTooFast() {
        lenient.told(new LeasePromised(LEASE, 0));
        assertThatCode(() -> expireAt(lenient, 9.1)).doesNotThrowAnyException();
        LeasesLastTheirTime another = new LeasesLastTheirTime(() -> now, 0);
        another.told(new LeasePromised(LEASE, 0));
        assertThatThrownBy(() -> expireAt(another, 9)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void aLeaseThatIsOverIsNotPromisedAgain() {
        now = 2 * SECOND;
        strict.over(LEASE, false);
        assertThatThrownBy(() -> strict.told(new LeasePromised(LEASE, 3 * SECOND)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("was over");
    }

    @Test
    void aClientThatRevokesItMayDoSoAtAnyTime() {
        strict.told(new LeasePromised(LEASE, 0));
        now = SECOND;
        assertThatCode(() -> strict.over(LEASE, false)).doesNotThrowAnyException();
        assertThatCode(() -> strict.told(new LeaseGone(LEASE))).doesNotThrowAnyException();
    }

    @Test
    void aLeaseThatNobodyHasEndedIsNotGone() {
        strict.told(new LeasePromised(LEASE, 0));
        assertThatThrownBy(() -> strict.told(new LeaseGone(LEASE)))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("said to be gone");
    }
}
