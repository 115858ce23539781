package io.quorate.server.autopilot;

import io.quorate.server.autopilot.Picture.Member;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A spare in a zone without voters takes the place of a voter in a crowded zone, if the loss of any zone is withstood afterwards and was
 * not before. Witnesses count as voters: a zone is lost well if a majority is left, and with it somebody with data. A witness swaps with
 * a witness alone. The leader stays, and nothing is moved while a voter is not well: there are better uses for a spare then.
 */
final class Balance {

    private static final int CROWD = 2;

    private Balance() {}

    /** Judges; empty if the zones are balanced, nobody knows how they are, or nothing is to be done about that */
    static Optional<Judgement> judge(AutopilotPolicy policy, Picture picture) {
        boolean known =
                picture.voters().stream().noneMatch(voter -> voter.zone().isEmpty());
        if (!policy.balanceZones() || !known || picture.reserves().anyZone()) {
            return Optional.empty();
        }
        Predicate<Member> elsewhere = spare -> !spare.voter() && isElsewhere(spare, picture);
        Spares spares = Spares.of(policy, picture, elsewhere);
        List<Judgement.Waiting> waiting = new ArrayList<>();
        for (Member voter : crowded(picture)) {
            for (Member spare : spares.fit()) {
                if (helps(spare, voter, picture)) {
                    return Optional.of(swap(spare, voter, policy, picture));
                }
            }
            for (Member spare : spares.soon()) {
                if (helps(spare, voter, picture)) {
                    waiting.add(new Judgement.Waiting(
                            title(spare, voter) + ", once it has been caught up for "
                                    + Elapsed.text(policy.steadyTime()),
                            AutopilotRules.left(policy.steadyTime(), spare.since())));
                }
            }
        }
        Optional<Judgement.Waiting> soonest = AutopilotRules.soonest(waiting);
        if (soonest.isPresent()) {
            return Optional.of(soonest.get());
        }
        return Optional.of(
                new Judgement.Nothing("zones are not balanced: no spare in a zone without voters can take the"
                        + " place of one voter such that the loss of any zone is withstood"
                        + (spares.unfit().isEmpty() ? "" : " (" + String.join(", ", spares.unfit()) + ")")));
    }

    /** Whether it would bring to its zone what that has not: a vote, or data beside the votes of witnesses. */
    private static boolean isElsewhere(Member spare, Picture picture) {
        return !spare.zone().isEmpty()
                && (spare.witness() ? picture.votersIn(spare.zone()) : picture.holdersIn(spare.zone())) == 0;
    }

    /** A spare moves only when all have been quiet for a while, since this can wait. */
    private static Judgement swap(Member spare, Member voter, AutopilotPolicy policy, Picture picture) {
        Optional<Member> restless = picture.voters().stream()
                .filter(other -> !other.isWellSince(policy.steadyTime()))
                .min(Comparator.comparing(Member::since));
        if (restless.isPresent() && !restless.get().isWell()) {
            return new Judgement.Nothing(
                    "zones are not balanced while voter " + restless.get().label() + " is not well");
        }
        if (restless.isPresent()) {
            return new Judgement.Waiting(
                    title(spare, voter) + ", once all voters have been well for " + Elapsed.text(policy.steadyTime()),
                    AutopilotRules.left(policy.steadyTime(), restless.get().since()));
        }
        return new Judgement.Act(
                picture.change(List.of(spare), List.of(voter)),
                title(spare, voter),
                picture.votersIn(voter.zone()) + " of " + picture.voters().size() + " voters are in " + voter.zone()
                        + ", and none " + (picture.votersIn(spare.zone()) == 0 ? "" : "with data ") + "is in "
                        + spare.zone()
                        + ": afterwards the loss of any zone is withstood, which it is not now (balance-zones)");
    }

    private static boolean helps(Member spare, Member voter, Picture picture) {
        if (spare.witness() != voter.witness()) {
            return false;
        }
        Reserves after = picture.reservesWith(List.of(spare), List.of(voter));
        return after.anyZone() && after.keep(picture.reserves());
    }

    private static String title(Member spare, Member voter) {
        return spare.label() + " (" + spare.zone() + ") takes the place of " + voter.label() + " (" + voter.zone()
                + ")";
    }

    /** Those who may go, of the most crowded zone first. */
    private static List<Member> crowded(Picture picture) {
        return picture.voters().stream()
                .filter(voter -> !voter.leader() && picture.votersIn(voter.zone()) >= CROWD)
                .sorted(Comparator.comparingLong((Member voter) -> -picture.votersIn(voter.zone()))
                        .thenComparing(Member::label))
                .toList();
    }
}
