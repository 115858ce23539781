package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditEvent.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The room of each user is its own, bounded for all together, and takes no memory of those that are quiet. */
class EventLimitsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final String TOO_MANY = "too many to be told one by one";

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
                        3, 2, "busy", "10.0.0.9", Kind.KEY, "suppressed", "events of this kind", TOO_MANY, 80));
        assertThat(limits.takeSuppressed(7 + 10 * SECOND, 3, 2)).isEmpty();
        assertThat(limits.sources()).isZero();
    }

    private int admitted(String user, int events, long nowNanos) {
        int admitted = 0;
        for (int i = 0; i < events; i++) {
            admitted += limits.admits(by(user), nowNanos) ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void veryManyUsersTogetherHaveABound() {
        int admitted = 0;
        for (int user = 0; user < 100; user++) {
            admitted += admitted("user " + user, 20, 7);
        }
        assertThat(admitted).isEqualTo(EventLimits.AT_ONCE_OF_ALL);
        assertThat(admitted("", 200, 7)).as("strangers have room of their own").isEqualTo(EventLimits.AT_ONCE);
        List<AuditEvent> told = limits.takeSuppressed(7 + SECOND, 3, 2);
        assertThat(told).hasSize(EventLimits.SOURCES_TOLD + 1);
        assertThat(told.getFirst())
                .isEqualTo(new AuditEvent(
                        3, 2, "", "10.0.0.9", Kind.KEY, "suppressed", "events of this kind", TOO_MANY, 100));
        assertThat(told.getLast())
                .isEqualTo(new AuditEvent(
                        3,
                        2,
                        "",
                        "10.0.0.9",
                        Kind.KEY,
                        "suppressed",
                        "events of this kind by 56 more users",
                        TOO_MANY,
                        56 * 20));
        assertThat(told).extracting(AuditEvent::count).containsOnly(100L, 20L, 56 * 20L);
        int later = 0;
        for (int user = 0; user < 100; user++) {
            later += admitted("other " + user, 20, 7 + SECOND);
        }
        assertThat(later).isEqualTo(EventLimits.PER_SECOND_OF_ALL);
    }

    @Test
    void whatAUserHasNoRoomForTakesNoneOfTheOthers() {
        assertThat(admitted("busy", 10_000, 7)).isEqualTo(EventLimits.AT_ONCE);
        for (int user = 1; user < EventLimits.AT_ONCE_OF_ALL / EventLimits.AT_ONCE; user++) {
            assertThat(admitted("user " + user, 200, 7)).isEqualTo(EventLimits.AT_ONCE);
        }
        assertThat(admitted("last", 1, 7)).isZero();
    }

    @Test
    void whoeverHasMostIsToldByName() {
        for (int user = 0; user < 200; user++) {
            limits.count(by("user " + user).times(user == 117 ? 1000 : 1));
        }
        List<AuditEvent> told = limits.takeSuppressed(7, 3, 2);
        assertThat(told).hasSize(EventLimits.SOURCES_TOLD + 1);
        assertThat(told.getFirst())
                .extracting(AuditEvent::user, AuditEvent::count)
                .containsExactly("user 117", 1000L);
        assertThat(told.stream().mapToLong(AuditEvent::count).sum())
                .as("none is forgotten")
                .isEqualTo(1199);
    }
}
