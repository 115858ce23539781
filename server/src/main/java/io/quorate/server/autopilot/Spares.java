package io.quorate.server.autopilot;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The spares of a policy: who of them may vote now, who soon, and why the others may not.
 *
 * @param fit in the order of the policy
 * @param soon they have not been well for long enough
 * @param unfit why, of each of the others
 */
record Spares(List<Picture.Member> fit, List<Picture.Member> soon, List<String> unfit) {

    static Spares of(AutopilotPolicy policy, Picture picture) {
        return of(policy, picture, spare -> true);
    }

    /** Of those of some kind alone. */
    static Spares of(AutopilotPolicy policy, Picture picture, Predicate<Picture.Member> kind) {
        Spares found = new Spares(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (String name : policy.spares()) {
            picture.named(name)
                    .ifPresentOrElse(
                            member -> {
                                if (kind.test(member)) {
                                    found.sort(member, policy);
                                }
                            },
                            () -> found.unfit.add(name + " is no member, or has not started yet"));
        }
        return found;
    }

    /** Those that may take the place of one voter: a witness that of a witness, and who holds data that of one with data. */
    static Spares insteadOf(Picture.Member gone, AutopilotPolicy policy, Picture picture) {
        Spares found = of(policy, picture, spare -> spare.voter() || spare.witness() == gone.witness());
        picture.learners().stream()
                .filter(learner -> policy.isSpare(learner.name()) && learner.witness() != gone.witness())
                .map(spare -> spare.label()
                        + (spare.witness()
                                ? " is a witness, and holds no data"
                                : " is no witness, and not for one's place"))
                .forEach(found.unfit::add);
        return found;
    }

    private void sort(Picture.Member member, AutopilotPolicy policy) {
        if (member.voter()) {
            unfit.add(member.label() + " votes already");
        } else if (member.condition() == Picture.Condition.SILENT) {
            unfit.add(member.label() + " is not heard of");
        } else if (member.condition() == Picture.Condition.BEHIND) {
            unfit.add(member.label() + " has not caught up");
        } else if (member.differs()) {
            unfit.add("the state of " + member.label() + " differs");
        } else if (member.isWellSince(policy.steadyTime())) {
            fit.add(member);
        } else {
            soon.add(member);
        }
    }
}
