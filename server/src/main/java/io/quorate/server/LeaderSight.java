package io.quorate.server;

import io.quorate.server.autopilot.Sighting;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Proof;
import io.quorate.server.operations.Proving;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.store.StateComparison;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The cluster as the member sees it that leads it, for what is verified there without an operator. For one thread, which waits.
 *
 * @param member that leads, or did a moment ago
 * @param comparison of the states
 */
record LeaderSight(MemberNode member, StateComparison comparison) implements Proving.Cluster<LeaderSight.Lost> {

    /** Whoever does not answer is not waited for as long as the others. */
    private static final Duration SHORT_WAIT = Duration.ofSeconds(1);

    /** A comparison has a deadline of its own; a node that is closed meanwhile must not be waited for. */
    private static final long MAX_WAIT_SECONDS = 60;

    private static final long PAUSE_MILLIS = 50;

    /** Nothing is seen from here any more; the message says why. */
    static final class Lost extends Exception {

        private static final long serialVersionUID = 1;

        Lost(String why) {
            super(why);
        }
    }

    @Override
    public ClusterHealth look() throws Lost {
        if (member.node().stopCause().isPresent()) {
            throw new Lost("this member's node has stopped");
        }
        Sighting seen = Sighting.of(member.node().status(), member.machine().store(), System.currentTimeMillis());
        if (!seen.leads()) {
            throw new Lost("this member does not lead any more");
        }
        return seen.health();
    }

    @Override
    public CompareStatesResponse compare(boolean allAnswer, long index) throws Lost, InterruptedException {
        try {
            return Proof.response(comparison
                    .compare(allAnswer ? Proving.PATIENCE : SHORT_WAIT)
                    .get(MAX_WAIT_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException e) {
            throw new Lost("the states were not compared within " + MAX_WAIT_SECONDS + " s");
        } catch (ExecutionException e) {
            throw new Lost("the states could not be compared: " + e.getCause());
        }
    }

    @Override
    public void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
