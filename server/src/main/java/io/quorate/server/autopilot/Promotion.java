package io.quorate.server.autopilot;

import io.quorate.server.autopilot.Picture.Condition;
import io.quorate.server.autopilot.Picture.Member;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A learner that has been there and caught up without a break is let vote. Where one more voter would make a zone too heavy, two come
 * at once: of three zones with a voter each, none may be lost with four voters, and any with five.
 */
final class Promotion {

    private Promotion() {}

    /** Judges; empty if there is no learner that is to vote, or nothing is to be done about that */
    static Optional<Judgement> judge(AutopilotPolicy policy, Picture picture) {
        List<Member> learners = picture.learners().stream()
                .filter(learner -> !policy.isSpare(learner.name()))
                .toList();
        if (policy.promoteLearnersAfter().isEmpty() || learners.isEmpty()) {
            return Optional.empty();
        }
        Duration wanted = policy.promoteLearnersAfter().get();
        List<Member> ready = learners.stream()
                .filter(learner -> isNamed(learner) && learner.isWellSince(wanted))
                .toList();
        List<String> hindrances = new ArrayList<>();
        for (List<Member> some : choices(ready)) {
            Optional<String> hindrance = hindrance(some, picture);
            if (hindrance.isEmpty()) {
                return Optional.of(new Judgement.Act(
                        picture.change(some, List.of()), "promote " + labels(some), reason(some, wanted)));
            }
            hindrances.add("learner " + labels(some) + " is not promoted: " + hindrance.get());
        }
        List<Judgement.Waiting> waiting = new ArrayList<>();
        for (Member learner : learners) {
            if (isNamed(learner) && learner.isWell() && !ready.contains(learner)) {
                waiting.add(new Judgement.Waiting(
                        "learner " + learner.label() + " is promoted once it has been caught up for "
                                + Elapsed.text(wanted),
                        AutopilotRules.left(wanted, learner.since())));
            } else if (!ready.contains(learner)) {
                hindrances.add("learner " + learner.label() + " is not promoted: " + unready(learner));
            }
        }
        Optional<Judgement.Waiting> soonest = AutopilotRules.soonest(waiting);
        return Optional.of(soonest.isPresent() ? soonest.get() : new Judgement.Nothing(String.join("; ", hindrances)));
    }

    /** Before it has told its name, nobody knows whether it is a spare. */
    private static boolean isNamed(Member learner) {
        return !learner.name().isEmpty();
    }

    /** Each one alone, then each two. */
    private static List<List<Member>> choices(List<Member> ready) {
        List<List<Member>> choices = new ArrayList<>();
        ready.forEach(one -> choices.add(List.of(one)));
        for (int i = 0; i < ready.size(); i++) {
            for (int j = i + 1; j < ready.size(); j++) {
                choices.add(List.of(ready.get(i), ready.get(j)));
            }
        }
        return choices;
    }

    /** While a voter is not well, one more makes the majority larger, and must make up for that. */
    private static Optional<String> hindrance(List<Member> some, Picture picture) {
        Reserves before = picture.reserves();
        Reserves after = picture.reservesWith(some, List.of());
        List<Member> unwell =
                picture.voters().stream().filter(voter -> !voter.isWell()).toList();
        if (!unwell.isEmpty() && after.failuresNow() <= before.failuresNow()) {
            return Optional.of("voter " + labels(unwell) + " is not well, and no more failures would be withstood");
        }
        if (after.losses() < before.losses()) {
            return Optional.of(
                    "a witness more could be in the place of a member with data where something is committed, so"
                            + " that fewer members with data may be lost");
        }
        return after.keep(before) ? Optional.empty() : Optional.of("the loss of fewer zones would be withstood");
    }

    private static String reason(List<Member> some, Duration wanted) {
        return some.stream()
                        .map(learner -> "learner " + learner.label() + " has been caught up for "
                                + Elapsed.text(learner.since()))
                        .collect(Collectors.joining(", "))
                + " without a break (promote-learners-after is " + Elapsed.text(wanted) + ")";
    }

    private static String unready(Member learner) {
        if (!isNamed(learner)) {
            return "it has not started yet, or not told its name";
        }
        return learner.condition() == Condition.SILENT ? "it is not heard of" : "it has not caught up";
    }

    private static String labels(List<Member> some) {
        return some.stream().map(Member::label).collect(Collectors.joining(" and "));
    }
}
