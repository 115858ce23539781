package io.quorate.engine;

import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Measures how regularly the leader is heard, and says which election timeout follows from that, between three heartbeats and
 * the one that is configured, which all members honour: nobody waits longer, and whoever leads gives up after that time at the
 * latest.
 *
 * <p>A leader that was not followed for long is given the whole time.
 */
final class ElectionTimeoutEstimate {

    /** A leader may miss some heartbeats: a pause of its process, or of this one, is shorter than that as a rule. */
    private static final int LEAST_HEARTBEATS = 3;

    private final MemberId self;
    private final long tickNanos;
    private final int heartbeatTicks;
    private final int mostTicks;
    private final boolean adaptive;
    private Optional<MemberId> leader = Optional.empty();
    private FailureDetector detector;
    private int toldTicks;
    private int ticksSinceLook;

    ElectionTimeoutEstimate(NodeOptions options) {
        NodeOptions.Timing timing = options.timing();
        this.self = options.self();
        this.tickNanos = timing.tick().toNanos();
        this.heartbeatTicks = timing.ticks(timing.heartbeat());
        this.mostTicks = timing.ticks(timing.electionTimeout());
        this.adaptive = timing.adaptive();
        this.toldTicks = mostTicks;
        this.detector = newDetector();
    }

    private FailureDetector newDetector() {
        return new FailureDetector(heartbeatTicks * tickNanos);
    }

    /** To be told of each change of role, term or leader. */
    void leaderChanged(Optional<MemberId> newLeader) {
        boolean another = newLeader.isPresent() && !newLeader.equals(leader);
        if (another) {
            leader = newLeader;
            detector = newDetector();
        }
        detector.begin();
    }

    /** A message has come; those count that keep a follower from campaigning. */
    void received(MemberId from, Message message, Clock clock) {
        boolean counts = message instanceof Message.Heartbeat || message instanceof Message.AppendRequest;
        if (counts && leader.isPresent() && leader.get().equals(from)) {
            detector.heard(clock.nanoTime());
        }
    }

    /** To be asked on each tick: the election timeout in ticks, if it is another than before. */
    OptionalInt news() {
        ticksSinceLook++;
        if (!adaptive || ticksSinceLook < heartbeatTicks || leader.equals(Optional.of(self))) {
            return OptionalInt.empty();
        }
        ticksSinceLook = 0;
        int ticks = ticks();
        if (ticks == toldTicks) {
            return OptionalInt.empty();
        }
        toldTicks = ticks;
        return OptionalInt.of(ticks);
    }

    private int ticks() {
        OptionalLong suspicious = detector.suspiciousNanos();
        if (suspicious.isEmpty()) {
            return mostTicks;
        }
        long ticks = Math.ceilDiv(suspicious.getAsLong(), tickNanos);
        return Math.clamp(ticks, Math.min(LEAST_HEARTBEATS * heartbeatTicks, mostTicks), mostTicks);
    }
}
