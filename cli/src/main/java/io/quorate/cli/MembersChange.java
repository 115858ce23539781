package io.quorate.cli;

import io.quorate.cli.OperationRun.PlannedStep;
import io.quorate.server.operations.MembersPlan;
import io.quorate.server.operations.Preflight;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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

    /** The ids of those that were added, by name; known once they are. */
    private final Map<String, Long> added = new HashMap<>();

    /** @param before what the plan was made for */
    MembersChange(MembersPlan plan, ClusterSight.Seen before, ChangeOptions.Learning learning, MemberCalls calls) {
        this.plan = plan;
        this.before = before;
        this.learning = learning;
        this.calls = calls;
    }

    Preflight preflight() {
        return new Preflight(before.health(), plan.votersAfter(), (int)
                plan.add().stream().filter(MembersPlan.Wanted::voter).count());
    }

    /** The plan in words, one line for each change. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        plan.add().forEach(wanted -> lines.add("add      " + wanted.name() + " at "
                + String.join(",", wanted.peerUrls())
                + (wanted.voter() ? ": a learner first, then a voter" : ": a learner")));
        plan.promote().forEach(id -> lines.add("promote  " + label(id)));
        plan.update().forEach(moved ->
                lines.add("update   " + moved.name() + " to " + String.join(",", moved.peerUrls())));
        plan.remove().forEach(id -> lines.add("remove   " + label(id)));
        return lines;
    }

    private String label(long id) {
        return before.health().member(id).map(member -> member.label()).orElseGet(() -> Long.toHexString(id));
    }

    /** The steps to take; those that bring learners in are taken back if a later one fails. */
    List<PlannedStep> steps() {
        List<PlannedStep> steps = new ArrayList<>();
        if (!plan.add().isEmpty()) {
            String names = plan.add().stream().map(MembersPlan.Wanted::name).collect(Collectors.joining(", "));
            steps.add(new PlannedStep("add " + names + " as learners", this::add, run -> takeBack()));
        }
        for (MembersPlan.Wanted wanted : plan.add()) {
            if (wanted.voter()) {
                steps.add(PlannedStep.of(
                        "wait until " + wanted.name() + " has the log", run -> learn(run, wanted.name())));
            }
        }
        for (long id : plan.promote()) {
            steps.add(PlannedStep.of("wait until " + label(id) + " has the log", run -> learning.of(run, id, label(id))
                    .await()));
        }
        if (!votersToBe().isEmpty() || !plan.remove().isEmpty() || !plan.update().isEmpty()) {
            steps.add(PlannedStep.of("change the members, as one joint change", run -> change()));
        }
        return steps;
    }

    private List<MembersPlan.Wanted> newVoters() {
        return plan.add().stream().filter(MembersPlan.Wanted::voter).toList();
    }

    private List<String> votersToBe() {
        List<String> names = new ArrayList<>(plan.promote().stream().map(this::label).toList());
        newVoters().forEach(wanted -> names.add(wanted.name()));
        return names;
    }

    private String add(OperationRun run) {
        ChangeMembersRequest.Builder request = expected(Set.of());
        plan.add().forEach(wanted -> request.addAdd(
                ChangeMembersRequest.Added.newBuilder().addAllPeerUrls(wanted.peerUrls())));
        Predicate<List<Member>> isDone = members ->
                plan.add().stream().allMatch(wanted -> members.stream().anyMatch(isAt(wanted)));
        List<Member> members = calls.changeTogether(request.build(), isDone);
        plan.add().forEach(wanted -> members.stream()
                .filter(isAt(wanted))
                .forEach(member -> added.put(wanted.name(), member.getID())));
        ClusterSight.Seen seen = run.sight().look();
        run.say("          start them now, if they do not run yet, with their own client URLs:");
        plan.add().forEach(wanted ->
                run.say("          " + ChangeOptions.startLine(seen, wanted.name(), wanted.peerUrls())));
        return plan.add().stream()
                .map(wanted -> wanted.name() + " has the id " + Long.toHexString(id(wanted.name())))
                .collect(Collectors.joining(", "));
    }

    private static Predicate<Member> isAt(MembersPlan.Wanted wanted) {
        return member -> Set.copyOf(member.getPeerURLsList()).equals(Set.copyOf(wanted.peerUrls()));
    }

    private long id(String name) {
        Long id = added.get(name);
        if (id == null) {
            throw new CommandFailed(
                    ExitCode.FAILED, "member " + name + " was added and is not there any more; somebody else removed it");
        }
        return id;
    }

    private String takeBack() {
        ChangeMembersRequest.Builder request = expected(added.values());
        added.values().forEach(request::addRemove);
        calls.changeTogether(
                request.build(),
                members -> members.stream().noneMatch(member -> added.containsValue(member.getID())));
        return "the learners are removed; the members are those of before";
    }

    private String learn(OperationRun run, String name) {
        return learning.of(run, id(name), name).await();
    }

    private String change() {
        ChangeMembersRequest.Builder request = expected(added.values());
        request.addAllRemove(plan.remove());
        request.addAllPromote(plan.promote());
        newVoters().forEach(wanted -> request.addPromote(id(wanted.name())));
        plan.update().forEach(moved -> request.addUpdate(ChangeMembersRequest.Moved.newBuilder()
                .setId(moved.id())
                .addAllPeerUrls(moved.peerUrls())));
        Set<Long> voters = new TreeSet<>(plan.votersAfter());
        newVoters().forEach(wanted -> voters.add(id(wanted.name())));
        List<Member> members = calls.changeTogether(request.build(), found -> voters(found).equals(voters));
        return "the voters are "
                + members.stream()
                        .filter(member -> !member.getIsLearner())
                        .map(member -> member.getName().isEmpty() ? Long.toHexString(member.getID()) : member.getName())
                        .collect(Collectors.joining(", "));
    }

    private static Set<Long> voters(List<Member> members) {
        return members.stream()
                .filter(member -> !member.getIsLearner())
                .map(Member::getID)
                .collect(Collectors.toSet());
    }

    private ChangeMembersRequest.Builder expected(Collection<Long> moreLearners) {
        Set<Long> learners = new HashSet<>(moreLearners);
        before.members().stream()
                .filter(Member::getIsLearner)
                .map(Member::getID)
                .forEach(learners::add);
        return ChangeMembersRequest.newBuilder()
                .addAllExpectedVoters(voters(before.members()))
                .addAllExpectedLearners(learners);
    }
}
