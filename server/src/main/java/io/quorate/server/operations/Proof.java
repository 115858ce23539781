package io.quorate.server.operations;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.store.StateComparison;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is shown after an operation: that the members are those that were wanted, have the same log and the same state, and that as many
 * may fail as was promised.
 *
 * @param health as it is now
 * @param goal who the members are to be
 * @param index of the log, up to which it is compared: whatever was committed when the operation was over
 * @param compared what became of the comparison of the states
 * @param promised how many voters may fail afterwards
 */
public record Proof(ClusterHealth health, Goal goal, long index, CompareStatesResponse compared, int promised) {

    static final String MEMBERS = "members";
    static final String TOLERANCE = "tolerance";

    /** Who the members are to be, by their ids. */
    public record Goal(Set<Long> voters, Set<Long> learners) {
        public Goal {
            voters = Set.copyOf(voters);
            learners = Set.copyOf(learners);
        }

        /** As they are. */
        public static Goal asIn(ClusterHealth health) {
            return new Goal(health.voterIds(), health.learnerIds());
        }
    }

    /** A comparison of the states as it goes over the wire. */
    public static CompareStatesResponse response(StateComparison.Compared compared) {
        return CompareStatesResponse.newBuilder()
                .setIndex(compared.index())
                .addAllEqual(compared.equal())
                .addAllDiffering(compared.differing())
                .addAllSilent(compared.silent())
                .build();
    }

    /** Whether nothing is left to wait for. */
    public boolean isComplete() {
        return checks().stream().noneMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
    }

    public List<Check> checks() {
        return List.of(members(), logs(), states(), tolerance());
    }

    /**
     * What is told of the members beside a copy of the state, once it is taken: whoever restores it one day may ask whether the member
     * that gave it was one of several that agreed. The copy itself is proven otherwise.
     */
    public List<Check> besideACopy() {
        return List.of(Preflight.warningAtWorst(states()), Preflight.warningAtWorst(tolerance()));
    }

    private Check members() {
        String who = "voters are " + labels(health.voterIds())
                + (health.learnerIds().isEmpty() ? "" : ", and learners " + labels(health.learnerIds()));
        return Goal.asIn(health).equals(goal)
                ? check(MEMBERS, Check.Verdict.FINE, who)
                : check(
                        MEMBERS,
                        Check.Verdict.REFUSED,
                        who + "; wanted were the voters " + labels(goal.voters())
                                + (goal.learners().isEmpty() ? "" : " and the learners " + labels(goal.learners())));
    }

    /**
     * A follower's log matches the leader's up to an index if both come to the same running hash there, which each append compares:
     * so what matches is the same in content, and not only in its terms.
     */
    private Check logs() {
        Optional<MemberHealth> leader = health.leader();
        if (leader.isEmpty()) {
            return check("logs", Check.Verdict.REFUSED, "nobody leads, so that there is no log to compare with");
        }
        List<String> behind = new ArrayList<>();
        List<String> silent = new ArrayList<>();
        int equal = 1;
        for (MemberHealth member : health.members()) {
            if (member.id() == leader.get().id()) {
                continue;
            }
            long matches = leader.get()
                    .told()
                    .map(told -> told.matches().getOrDefault(member.id(), 0L))
                    .orElse(0L);
            if (matches >= index) {
                equal++;
            } else if (member.answers()) {
                behind.add(member.label() + " has it up to " + matches);
            } else {
                silent.add(member.label());
            }
        }
        String found = equal + " of " + health.members().size() + " members have the same log up to index " + index;
        if (!behind.isEmpty()) {
            return check("logs", Check.Verdict.REFUSED, found + "; " + String.join(", ", behind));
        }
        return silent.isEmpty()
                ? check("logs", Check.Verdict.FINE, found)
                : check("logs", Check.Verdict.WARNING, found + "; " + String.join(", ", silent) + " does not answer");
    }

    /** Whether the members have the same state. */
    public Check states() {
        String where = " at index " + compared.getIndex();
        if (compared.getDifferingCount() > 0) {
            return check(
                    "states",
                    Check.Verdict.REFUSED,
                    "the states of " + labels(compared.getDifferingList()) + " differ" + where
                            + (compared.getEqualCount() > 0
                                    ? " from those of " + labels(compared.getEqualList())
                                    : ", and no majority agrees"));
        }
        if (compared.getEqualCount() == 0 || compared.getIndex() < index) {
            return check(
                    "states",
                    Check.Verdict.REFUSED,
                    "too few members have reported their states" + where + " to tell anything");
        }
        String equal = compared.getEqualCount() + " members have the same state" + where;
        if (compared.getSilentCount() == 0) {
            return check("states", Check.Verdict.FINE, equal);
        }
        boolean dead = compared.getSilentList().stream()
                .allMatch(id -> health.member(id).filter(MemberHealth::answers).isEmpty());
        return check(
                "states",
                dead ? Check.Verdict.WARNING : Check.Verdict.REFUSED,
                equal + "; " + labels(compared.getSilentList()) + " has not reported");
    }

    private String labels(Collection<Long> ids) {
        return String.join(
                ", ",
                ids.stream()
                        .sorted()
                        .map(id -> health.member(id).map(MemberHealth::label).orElseGet(() -> Long.toHexString(id)))
                        .toList());
    }

    private Check tolerance() {
        int found = health.tolerated(health.voterIds());
        String what = "the " + health.voters().size() + " voters " + Preflight.tolerance(found);
        return found >= promised && found >= 0
                ? check(TOLERANCE, Check.Verdict.FINE, what + ", as promised")
                : check(
                        TOLERANCE,
                        Check.Verdict.REFUSED,
                        what + "; promised was that they " + Preflight.tolerance(promised));
    }

    private static Check check(String name, Check.Verdict verdict, String finding) {
        return Preflight.check(name, verdict, finding);
    }
}
