package io.quorate.server.operations;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What is shown of a cluster that was made of a snapshot or of a survivor, once its founders are there: that they have the same log and
 * the same state at one index, and that as many of them may fail as was promised. For one thread.
 *
 * <p>A founder that has acknowledged nothing in time was not looked at, and that is what is said of it: an operator starts it, who may
 * do so tomorrow. Nothing that depends on it is found wrong for that, nor right. One that has restored another file stops at the first
 * thing that the leader sends, and looks the same from there. A learner is no founder: all that is found of it is a state that differs.
 *
 * @param cluster that was founded
 * @param founders the ids of those who voted when it was
 * @param promised how many of them may fail if all are there
 * @param <E> how the cluster fails
 */
public record FoundingProof<E extends Exception>(Proving.Cluster<E> cluster, Set<Long> founders, int promised) {

    /** For so long the founders are waited for. Whoever restores a snapshot on three machines starts them about then. */
    public static final Duration PATIENCE = Duration.ofMinutes(1);

    public FoundingProof {
        founders = Set.copyOf(founders);
    }

    /** What was found, once all founders are there or the time is over. */
    public List<Check> checks() throws E, InterruptedException {
        long beginNanos = cluster.nanoTime();
        ClusterHealth health = cluster.look();
        while (!absent(health).isEmpty() && cluster.nanoTime() - beginNanos < PATIENCE.toNanos()) {
            cluster.pause();
            health = cluster.look();
        }
        long millis = TimeUnit.NANOSECONDS.toMillis(cluster.nanoTime() - beginNanos);
        List<Check> checks = new ArrayList<>();
        checks.add(coming(health).toBuilder().setMillis(millis).build());
        Proving.Cluster<E> those = new VotersAlone<>(cluster, founders);
        for (Check check : new Proving<>(those, Proof.Goal.asIn(those.look()), promised).checks()) {
            switch (check.getName()) {
                // Who the members are was not promised: others may have come, and founders gone, meanwhile.
                case Proof.MEMBERS -> {}
                case Proof.TOLERANCE -> checks.add(excused(check, health));
                default -> checks.add(check);
            }
        }
        return List.copyOf(checks);
    }

    /**
     * Whether a member has the log from the leader. A leader takes every member to be there until that was silent for a while, so only
     * what one has acknowledged tells.
     */
    private static boolean hasAcknowledged(MemberHealth member) {
        return member.told().filter(told -> told.lastIndex() > 0).isPresent();
    }

    private List<MemberHealth> founders(ClusterHealth health) {
        return health.members().stream()
                .filter(member -> founders.contains(member.id()))
                .toList();
    }

    private List<String> absent(ClusterHealth health) {
        return founders(health).stream()
                .filter(member -> !hasAcknowledged(member))
                .map(MemberHealth::label)
                .toList();
    }

    private Check coming(ClusterHealth health) {
        List<String> absent = absent(health);
        return absent.isEmpty()
                ? Preflight.check(
                        "founders",
                        Check.Verdict.FINE,
                        "all " + founders(health).size() + " are there")
                : Preflight.check(
                        "founders",
                        Check.Verdict.WARNING,
                        String.join(", ", absent) + " has acknowledged nothing within " + PATIENCE.toSeconds()
                                + " s, and was not looked at: it was not started, cannot be reached, lacks its data yet,"
                                + " or has restored another file ('quorate why' at its endpoint tells)");
    }

    /** The promise was about founders that are all there. */
    private Check excused(Check tolerance, ClusterHealth health) {
        if (tolerance.getVerdict() != Check.Verdict.REFUSED) {
            return tolerance;
        }
        List<String> absent = absent(health);
        String excuse = !absent.isEmpty()
                ? "; " + String.join(", ", absent) + " was not looked at"
                : health.voterIds().equals(founders) ? "" : "; the voters are others than those who founded it";
        return excuse.isEmpty()
                ? tolerance
                : Preflight.check(Proof.TOLERANCE, Check.Verdict.WARNING, tolerance.getFinding() + excuse).toBuilder()
                        .setMillis(tolerance.getMillis())
                        .build();
    }

    /**
     * The cluster without its learners, and in which a voter that has acknowledged nothing does not answer, though it may be heard: it
     * may be sent a snapshot for longer than anybody waits here.
     */
    private record VotersAlone<E extends Exception>(Proving.Cluster<E> cluster, Set<Long> founders)
            implements Proving.Cluster<E> {

        @Override
        public ClusterHealth look() throws E, InterruptedException {
            return new ClusterHealth(cluster.look().voters().stream()
                    .map(voter -> hasAcknowledged(voter)
                            ? voter
                            : new MemberHealth(
                                    voter.id(), voter.name(), voter.learner(), voter.witness(), Optional.empty()))
                    .toList());
        }

        /**
         * Whoever differs is told of, founder or not; but only founders are missed. A learner reports as well, or cannot yet: it takes
         * nobody's time from those who vote.
         */
        @Override
        public CompareStatesResponse compare(boolean allAnswer, long index) throws E, InterruptedException {
            CompareStatesResponse compared = cluster.compare(allAnswer, index);
            return compared.toBuilder()
                    .clearSilent()
                    .addAllSilent(compared.getSilentList().stream()
                            .filter(founders::contains)
                            .toList())
                    .build();
        }

        @Override
        public void pause() throws E, InterruptedException {
            cluster.pause();
        }

        @Override
        public long nanoTime() {
            return cluster.nanoTime();
        }
    }
}
