package io.quorate.server.autopilot;

import io.quorate.server.autopilot.Picture.Condition;
import io.quorate.server.autopilot.Picture.Member;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A spare takes the place of a voter that was not heard of for too long: one joint change, so that at no moment there is a voter less.
 * Those dead the longest come first, one after the other. A witness takes the place of a witness alone, and nobody else does: as many
 * voters hold data afterwards as before, so that what is committed is in as many places.
 */
final class Replacement {

    private Replacement() {}

    /** Judges of voters with data, and then of witnesses; empty if none is silent, or nothing is to be done about that. */
    static List<Judgement> judge(AutopilotPolicy policy, Picture picture) {
        return Stream.of(false, true)
                .flatMap(witnesses -> judge(witnesses, policy, picture).stream())
                .toList();
    }

    private static Optional<Judgement> judge(boolean witnesses, AutopilotPolicy policy, Picture picture) {
        if (policy.replaceDeadAfter().isEmpty()) {
            return Optional.empty();
        }
        Duration patience = policy.replaceDeadAfter().get();
        List<Member> silent = picture.voters().stream()
                .filter(voter -> voter.witness() == witnesses && voter.condition() == Condition.SILENT)
                .sorted(Comparator.comparing(Member::since).reversed())
                .toList();
        if (silent.isEmpty()) {
            return Optional.empty();
        }
        Member first = silent.getFirst();
        if (first.since().compareTo(patience) < 0) {
            return Optional.of(new Judgement.Waiting(
                    "a spare takes the place of " + first.label() + ", which has not been heard of for "
                            + Elapsed.text(first.since()),
                    AutopilotRules.left(patience, first.since())));
        }
        return Optional.of(replace(first, policy, picture, patience));
    }

    /**
     * Whoever is there instead of one that is dead takes nothing from what is withstood now: neither the majority nor what any other zone
     * holds is larger than before.
     */
    private static Judgement replace(Member gone, AutopilotPolicy policy, Picture picture, Duration patience) {
        Spares spares = Spares.insteadOf(gone, policy, picture);
        Optional<Member> spare = preferred(spares.fit(), gone, picture);
        if (spare.isPresent()) {
            return new Judgement.Act(
                    picture.change(List.of(spare.get()), List.of(gone)),
                    spare.get().label() + " takes the place of " + gone.label(),
                    reason(gone, spare.get(), patience));
        }
        String place = "the place of " + (gone.witness() ? "witness " : "") + gone.label()
                + ", which has not been heard of for " + Elapsed.text(gone.since());
        Optional<Judgement.Waiting> soon = AutopilotRules.soonest(spares.soon().stream()
                .map(late -> new Judgement.Waiting(
                        late.label() + " takes " + place + ", once it has been caught up for "
                                + Elapsed.text(policy.steadyTime()),
                        AutopilotRules.left(policy.steadyTime(), late.since())))
                .toList());
        return soon.isPresent()
                ? soon.get()
                : new Judgement.Nothing("no spare can take " + place + ": " + String.join(", ", spares.unfit()));
    }

    private static String reason(Member gone, Member spare, Duration patience) {
        return (gone.witness() ? "witness " : "voter ") + gone.label() + " has not been heard of for "
                + Elapsed.text(gone.since())
                + " (replace-dead-after is " + Elapsed.text(patience) + "), and spare " + spare.label()
                + " has been caught up for " + Elapsed.text(spare.since());
    }

    /** One in the same zone first, then where the fewest voters are: what was withstood before is then withstood most likely. */
    private static Optional<Member> preferred(List<Member> spares, Member gone, Picture picture) {
        return spares.stream()
                .min(Comparator.comparing((Member spare) ->
                                gone.zone().isEmpty() || !spare.zone().equals(gone.zone()))
                        .thenComparingLong(spare -> picture.votersIn(spare.zone())));
    }
}
