package io.quorate.cli;

import io.quorate.cli.OperationRun.PlannedStep;
import io.quorate.server.operations.MembersPlan;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Brings a cluster from one set of members to another: new members learn the log first, and then all that is left is one joint
 * change (paper section 6), so that the cluster is never without the old quorum before it has the new one. For one thread.
 */
final class MembersChange {

    private final MembersPlan plan;
    private final ClusterSight.Seen before;
    private final ChangeOptions.Learning learning;
    private final MemberCalls calls;
    private final ClusterSight sight;

    /** The ids of those that were added, by name; known once they are. */
    private final Map<String, Long> added = new HashMap<>();

    /** @param before what the plan was made for */
    MembersChange(MembersPlan plan, ClusterSight.Seen before, ChangeOptions.Learning learning, ClusterSight sight) {
        this.plan = plan;
        this.before = before;
        this.learning = learning;
        this.sight = sight;
        this.calls = new MemberCalls(sight);
    }

    /** What is to be done, how it is judged before, and what it is to lead to. */
    OperationRun.Plan plan() {
        int newWitnesses =
                (int) newVoters().stream().filter(MembersPlan.Wanted::witness).count();
        Preflight.Intent intent = new Preflight.Intent(
                        plan.votersAfter(),
                        Set.copyOf(plan.promote()),
                        newVoters().size(),
                        Set.copyOf(plan.remove()),
                        false)
                .withNewWitnesses(newWitnesses)
                .allAtOnce();
        return new OperationRun.Plan(before, seen -> intent, steps(), this::goal);
    }

    /** Asked for when those who were to be added have their ids. */
    private Proof.Goal goal() {
        List<Long> voters = new ArrayList<>(plan.promote());
        List<Long> learners = new ArrayList<>();
        plan.add().forEach(wanted -> (wanted.voter() ? voters : learners).add(id(wanted.name())));
        return OperationRun.goal(before.members(), plan.remove(), voters, learners);
    }

    /** The plan in words, one line for each change. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        plan.add()
                .forEach(wanted -> lines.add("add      " + wanted.name() + " at "
                        + String.join(",", wanted.peerUrls())
                        + (wanted.voter() ? ": a learner first, then a voter" : ": a learner")
                        + (wanted.witness() ? ", a witness" : "")));
        plan.promote().forEach(id -> lines.add("promote  " + label(id)));
        plan.update()
                .forEach(moved -> lines.add("update   " + moved.name() + " to " + String.join(",", moved.peerUrls())));
        plan.remove().forEach(id -> lines.add("remove   " + label(id)));
        return lines;
    }

    private String label(long id) {
        return before.health().member(id).map(member -> member.label()).orElseGet(() -> Long.toHexString(id));
    }

    /** The steps to take; those that bring learners in are taken back if a later one fails. */
    private List<PlannedStep> steps() {
        List<PlannedStep> steps = new ArrayList<>();
        if (!plan.add().isEmpty()) {
            String names = plan.add().stream().map(MembersPlan.Wanted::name).collect(Collectors.joining(", "));
            steps.add(PlannedStep.undoable("add " + names + " as learners", run -> add(), run -> takeBack()));
            steps.add(PlannedStep.changingNothing("say how to start " + names, this::sayHowToStart));
        }
        for (MembersPlan.Wanted wanted : plan.add()) {
            // Also one that goes on learning: it may be there in place of another one.
            if (wanted.voter() || !plan.remove().isEmpty()) {
                steps.add(PlannedStep.changingNothing(
                        "wait until " + wanted.name() + " has the log", run -> learn(run, wanted.name())));
            }
        }
        for (long id : plan.promote()) {
            steps.add(PlannedStep.changingNothing(
                    "wait until " + label(id) + " has the log",
                    run -> learning.of(run, id, label(id)).await()));
        }
        if (!votersToBe().isEmpty()
                || !plan.remove().isEmpty()
                || !plan.update().isEmpty()) {
            steps.add(PlannedStep.of("change the members, as one joint change", run -> change()));
        }
        return steps;
    }

    private List<MembersPlan.Wanted> newVoters() {
        return plan.add().stream().filter(MembersPlan.Wanted::voter).toList();
    }

    private List<String> votersToBe() {
        List<String> names =
                new ArrayList<>(plan.promote().stream().map(this::label).toList());
        newVoters().forEach(wanted -> names.add(wanted.name()));
        return names;
    }

    private String add() {
        ChangeMembersRequest.Builder request = expected(before.members());
        plan.add()
                .forEach(wanted -> request.addAdd(ChangeMembersRequest.Added.newBuilder()
                        .addAllPeerUrls(wanted.peerUrls())
                        .setWitness(wanted.witness())));
        Predicate<List<Member>> isDone = members ->
                plan.add().stream().allMatch(wanted -> members.stream().anyMatch(isAt(wanted)));
        List<Member> members = calls.changeTogether(request.build(), isDone);
        plan.add()
                .forEach(wanted -> members.stream()
                        .filter(isAt(wanted))
                        .forEach(member -> added.put(wanted.name(), member.getID())));
        return plan.add().stream()
                .map(wanted -> wanted.name() + " has the id " + JsonOutput.id(id(wanted.name())))
                .collect(Collectors.joining(", "));
    }

    private String sayHowToStart(OperationRun run) {
        ClusterSight.Seen seen = run.sight().look();
        run.say("          start them now, if they do not run yet, with their own client URLs:");
        plan.add()
                .forEach(wanted -> run.say("          "
                        + ChangeOptions.startLine(seen, wanted.name(), wanted.peerUrls(), wanted.witness())));
        return "said";
    }

    private static Predicate<Member> isAt(MembersPlan.Wanted wanted) {
        return member -> Set.copyOf(member.getPeerURLsList()).equals(Set.copyOf(wanted.peerUrls()));
    }

    private long id(String name) {
        Long id = added.get(name);
        if (id == null) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "member " + name + " was added and is not there any more; somebody else removed it");
        }
        return id;
    }

    /** Whatever was added, also if nobody has heard that it was: who is at these URLs and was not there before. */
    private String takeBack() {
        List<Member> now = sight.lookCertainly().members();
        Set<Long> known = before.members().stream().map(Member::getID).collect(Collectors.toSet());
        Set<Long> learners = now.stream()
                .filter(member -> !known.contains(member.getID())
                        && member.getIsLearner()
                        && plan.add().stream().anyMatch(wanted -> isAt(wanted).test(member)))
                .map(Member::getID)
                .collect(Collectors.toSet());
        if (learners.isEmpty()) {
            return "none of them is a learner; the members are "
                    + now.stream().map(MembersChange::called).collect(Collectors.joining(", "));
        }
        ChangeMembersRequest.Builder request = expected(now);
        learners.forEach(request::addRemove);
        calls.changeTogether(
                request.build(), members -> members.stream().noneMatch(member -> learners.contains(member.getID())));
        return "the learners are removed; the members are those of before";
    }

    private static String called(Member member) {
        return member.getName().isEmpty() ? JsonOutput.id(member.getID()) : member.getName();
    }

    private String learn(OperationRun run, String name) {
        return learning.of(run, id(name), name).await();
    }

    private String change() {
        List<Member> now = sight.lookCertainly().members();
        requireNobodyElse(now);
        ChangeMembersRequest.Builder request = expected(now);
        request.addAllRemove(plan.remove());
        request.addAllPromote(plan.promote());
        newVoters().forEach(wanted -> request.addPromote(id(wanted.name())));
        plan.update()
                .forEach(moved -> request.addUpdate(ChangeMembersRequest.Moved.newBuilder()
                        .setId(moved.id())
                        .addAllPeerUrls(moved.peerUrls())));
        List<Member> members = calls.changeTogether(request.build(), this::isReached);
        return "the voters are "
                + members.stream()
                        .filter(member -> !member.getIsLearner())
                        .map(MembersChange::called)
                        .collect(Collectors.joining(", "));
    }

    /** The members must still be those of before, and those that were added. */
    private void requireNobodyElse(List<Member> now) {
        Set<Long> expected = before.members().stream().map(Member::getID).collect(Collectors.toSet());
        expected.addAll(added.values());
        Set<Long> found = now.stream().map(Member::getID).collect(Collectors.toSet());
        if (!found.equals(expected) || !ids(now, false).equals(ids(before.members(), false))) {
            throw new CommandFailed(
                    ExitCode.FAILED, "somebody else has changed the members meanwhile; they are left as they are now");
        }
    }

    /** Whether the members are all that they are to be: who votes, who learns, who is gone, and where they are reached. */
    private boolean isReached(List<Member> members) {
        Proof.Goal goal = goal();
        return ids(members, false).equals(goal.voters())
                && ids(members, true).equals(goal.learners())
                && plan.update().stream()
                        .allMatch(moved -> members.stream()
                                .anyMatch(member -> member.getID() == moved.id()
                                        && Set.copyOf(member.getPeerURLsList()).equals(Set.copyOf(moved.peerUrls()))));
    }

    private static Set<Long> ids(List<Member> members, boolean learners) {
        return members.stream()
                .filter(member -> member.getIsLearner() == learners)
                .map(Member::getID)
                .collect(Collectors.toSet());
    }

    /** A change that is made only if these are still the members. */
    static ChangeMembersRequest.Builder expected(List<Member> members) {
        return ChangeMembersRequest.newBuilder()
                .addAllExpectedVoters(ids(members, false))
                .addAllExpectedLearners(ids(members, true));
    }
}
