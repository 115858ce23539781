package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditEvent.Kind;
import org.junit.jupiter.api.Test;

/** The room of each user is its own, and takes no memory of those that are quiet. */
class EventLimitsTest {

    private static final long SECOND = 1_000_000_000L;

    private final EventLimits limits = new EventLimits();

    private static AuditEvent by(String user) {
        return new AuditEvent(1, 2, user, "10.0.0.9", Kind.KEY, "read", "", AuditEvent.OK, 1);
    }

    @Test
    void whoeverIsQuietIsForgottenAndNobodyGetsMoreByThat() {
        for (int user = 0; user < 50; user++) {
            assertThat(limits.admits(by("user " + user), 7)).isTrue();
        }
        for (int i = 0; i < EventLimits.AT_ONCE; i++) {
            assertThat(limits.admits(by("busy"), 7)).isTrue();
        }
        assertThat(limits.sources()).isEqualTo(51);
        assertThat(limits.takeSuppressed(7 + SECOND, 3, 2)).isEmpty();
        assertThat(limits.sources()).isEqualTo(1);
        int admitted = 0;
        for (int i = 0; i < 100; i++) {
            admitted += limits.admits(by("busy"), 7 + SECOND) ? 1 : 0;
        }
        assertThat(admitted).isEqualTo(EventLimits.PER_SECOND);
        assertThat(limits.takeSuppressed(7 + SECOND, 3, 2))
                .containsExactly(new AuditEvent(
                        3,
                        2,
                        "busy",
                        "10.0.0.9",
                        Kind.KEY,
                        "suppressed",
                        "events of this kind",
                        "too many to be told one by one",
                        80));
        assertThat(limits.takeSuppressed(7 + 10 * SECOND, 3, 2)).isEmpty();
        assertThat(limits.sources()).isZero();
    }
}
