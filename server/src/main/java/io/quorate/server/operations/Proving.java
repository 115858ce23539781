package io.quorate.server.operations;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds out whether an operation has led to what was promised; what is not so yet has some time to become so. For one thread.
 *
 * @param cluster that it was done to
 * @param goal who the members are to be
 * @param promised how many voters may fail afterwards
 * @param <E> how the cluster fails
 */
public record Proving<E extends Exception>(Cluster<E> cluster, Proof.Goal goal, int promised) {

    /** Within this time all members that answer must have come so far; they usually have within a heartbeat. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    /**
     * What can be seen of a cluster.
     *
     * @param <E> how that fails
     */
    public interface Cluster<E extends Exception> {

        /** How the members are now. */
        ClusterHealth look() throws E, InterruptedException;

        /**
         * Has the members' states compared.
         *
         * @param allAnswer whether all members answer: whoever does not is not worth waiting for
         * @param index up to which the log was committed before
         */
        CompareStatesResponse compare(boolean allAnswer, long index) throws E, InterruptedException;

        /** Lets a moment pass. */
        void pause() throws E, InterruptedException;

        /** A monotonic clock. */
        long nanoTime();
    }

    /** What was found, at the end of the time if not before. */
    public List<Check> checks() throws E, InterruptedException {
        long beginNanos = cluster.nanoTime();
        ClusterHealth health = cluster.look();
        long index = health.commitIndex();
        Proof proof = new Proof(health, goal, index, compare(health, index), promised);
        while (!proof.isComplete() && cluster.nanoTime() - beginNanos < PATIENCE.toNanos()) {
            cluster.pause();
            health = cluster.look();
            boolean statesAreShown = proof.states().getVerdict() != Check.Verdict.REFUSED;
            CompareStatesResponse compared = statesAreShown ? proof.compared() : compare(health, index);
            proof = new Proof(health, goal, index, compared, promised);
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(cluster.nanoTime() - beginNanos);
        return proof.checks().stream()
                .map(check -> check.toBuilder().setMillis(millis).build())
                .toList();
    }

    private CompareStatesResponse compare(ClusterHealth health, long index) throws E, InterruptedException {
        return cluster.compare(health.members().stream().allMatch(MemberHealth::answers), index);
    }
}
