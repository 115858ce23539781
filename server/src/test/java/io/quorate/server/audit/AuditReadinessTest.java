package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing is recorded before every member has said that its release knows of records. */
class AuditReadinessTest {

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    private static final MemberId LEADER = new MemberId(1);
    private static final MemberId FOLLOWER = new MemberId(2);
    private static final MemberId OTHER = new MemberId(3);

    private final AtomicInteger questions = new AtomicInteger();
    private long nanos;
    private boolean leaderKnowsOfRecords = true;

    private final AuditReadiness leader = readiness(LEADER);
    private final AuditReadiness follower = readiness(FOLLOWER);
    private final AuditReadiness other = readiness(OTHER);

    private AuditReadiness readiness(MemberId self) {
        return new AuditReadiness(self, () -> status(self), () -> false, this::ask, () -> nanos, timer);
    }

    private static CoreStatus status(MemberId self) {
        return new CoreStatus(
                self,
                self.equals(LEADER) ? RoleName.LEADER : RoleName.FOLLOWER,
                4,
                Optional.of(LEADER),
                new EntryId(4, 9),
                9,
                9,
                9,
                EntryId.ORIGIN,
                Configuration.of(Set.of(LEADER, FOLLOWER, OTHER)),
                false,
                false,
                Optional.empty(),
                List.of());
    }

    private CompletableFuture<Optional<ByteBuffer>> ask(ByteBuffer question) {
        questions.incrementAndGet();
        assertThat(AuditReadiness.isOne(question)).isTrue();
        return leaderKnowsOfRecords ? leader.answer(question) : CompletableFuture.completedFuture(Optional.empty());
    }

    /** As somebody whom nobody keeps waiting any more: the leader is old, and members have said again what they say. */
    private boolean isReady(AuditReadiness member) {
        member.look();
        nanos += 4_000_000_000L;
        member.look();
        CompletableFuture<Boolean> ready = member.ready();
        assertThat(ready).as("nobody waits any more").isDone();
        return ready.join();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void itIsReadyOnceAllHaveSaidSo() {
        follower.look();
        assertThat(isReady(leader)).as("one is missing").isFalse();
        other.look();
        assertThat(isReady(leader)).isTrue();
        assertThat(isReady(follower)).isTrue();
    }

    @Test
    void aLeaderOfAnEarlierReleaseCannotTellAndIsToldAgainLater() {
        leaderKnowsOfRecords = false;
        follower.look();
        follower.look();
        assertThat(questions).as("it rests").hasValue(1);
        assertThat(isReady(follower)).isFalse();
        leaderKnowsOfRecords = true;
        nanos += 2_000_000_000L;
        follower.look();
        other.look();
        assertThat(isReady(other)).isTrue();
    }

    @Test
    void whatWasToldIsNotToldAgainAtOnce() {
        follower.look();
        follower.look();
        assertThat(questions).hasValue(1);
    }

    @Test
    void whoeverHasNotSaidItForLongMayHaveAnotherReleaseByNow() {
        follower.look();
        other.look();
        assertThat(isReady(leader)).isTrue();
        nanos += 11_000_000_000L;
        follower.look();
        assertThat(isReady(leader)).isFalse();
    }

    @Test
    void aMemberThatIsDownKeepsNobodyWaitingOnceTheLeaderIsNotNew() {
        follower.look();
        leader.look();
        nanos += 4_000_000_000L;
        for (int i = 0; i < 3; i++) {
            CompletableFuture<Boolean> ready = leader.ready();
            assertThat(ready).isDone();
            assertThat(ready.join()).isFalse();
        }
    }

    @Test
    void whatThisReleaseDoesNotKnowIsRefused() {
        assertThatThrownBy(() -> leader.answer(ByteBuffer.wrap(new byte[] {18, 2, 0, 0, 0, 0, 0, 0, 0, 1})))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(AuditReadiness.isOne(ByteBuffer.allocate(0))).isFalse();
    }
}
