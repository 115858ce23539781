package io.quorate.server.autopilot;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Judges what is to be done next. A pure function of the policy and of what the leader sees: whatever it decides on is one change of
 * members, after which no fewer failures are withstood than before.
 *
 * <p>What is urgent comes first: the dead are replaced, then learners promoted, then zones balanced.
 */
record AutopilotRules(AutopilotPolicy policy, Picture picture) {

    Judgement judge() {
        Optional<String> obstacle = obstacle();
        if (obstacle.isPresent()) {
            return new Judgement.Nothing(obstacle.get());
        }
        List<Judgement> found = new ArrayList<>(Replacement.judge(policy, picture));
        Promotion.judge(policy, picture).ifPresent(found::add);
        Balance.judge(policy, picture).ifPresent(found::add);
        return mostUrgent(found);
    }

    /** What forbids to touch any member at all. */
    private Optional<String> obstacle() {
        if (picture.operation().isPresent()) {
            return Optional.of(
                    "an operation is under way: " + picture.operation().get());
        }
        if (picture.joint()) {
            return Optional.of("a change of members is under way");
        }
        if (!picture.alarms().isEmpty()) {
            return Optional.of("an alarm is raised: " + String.join(", ", picture.alarms()));
        }
        // Of one that is silent nobody can say how its state is by now, and it may be replaced all the same.
        List<String> differing = picture.members().stream()
                .filter(member -> member.differs() && member.condition() != Picture.Condition.SILENT)
                .map(Picture.Member::label)
                .toList();
        if (!differing.isEmpty()) {
            return Optional.of("the state of " + String.join(", ", differing) + " differs from the others'");
        }
        return picture.reserves().failuresNow() < 0
                ? Optional.of(
                        picture.voters().stream().filter(Picture.Member::isWell).count() + " of "
                                + picture.voters().size() + " voters are well, which is no quorum")
                : Optional.empty();
    }

    private static Judgement mostUrgent(List<Judgement> found) {
        Optional<Judgement> act =
                found.stream().filter(Judgement.Act.class::isInstance).findFirst();
        if (act.isPresent()) {
            return act.get();
        }
        Optional<Judgement.Waiting> soonest = found.stream()
                .filter(Judgement.Waiting.class::isInstance)
                .map(Judgement.Waiting.class::cast)
                .min(Comparator.comparing(Judgement.Waiting::left));
        if (soonest.isPresent()) {
            return soonest.get();
        }
        return new Judgement.Nothing(
                found.isEmpty()
                        ? "all is as the policy wants it"
                        : found.stream()
                                .map(Judgement.Nothing.class::cast)
                                .map(Judgement.Nothing::why)
                                .collect(Collectors.joining("; ")));
    }

    /** The least of some times that are left, as something that is waited for. */
    static Optional<Judgement.Waiting> soonest(List<Judgement.Waiting> waiting) {
        return waiting.stream().min(Comparator.comparing(Judgement.Waiting::left));
    }

    /** What a time is short of another. */
    static Duration left(Duration wanted, Duration since) {
        Duration left = wanted.minus(since);
        return left.isNegative() ? Duration.ZERO : left;
    }
}
