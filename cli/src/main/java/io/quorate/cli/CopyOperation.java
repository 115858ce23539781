package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.NoteOperationResponse;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A copy of a cluster's state, as one of the manager's operations: the cluster's health is looked at before it is taken, and what came of
 * it is put on record when it is over. For one thread.
 *
 * <p>It takes no place: it changes nothing in the cluster, so that it may go on beside changes of members, for as long as it takes; and
 * a cluster that is not well is copied rather more than less. So nothing of what is found before refuses it, and a cluster that keeps no
 * record, such as etcd, or one that has no quorum to keep it, is copied all the same.
 */
final class CopyOperation implements AutoCloseable {

    private final ClusterSight sight;
    private final OperationReport.Builder report;
    private final long beginNanos = System.nanoTime();

    /** How many voters could fail before it; empty if nobody has told. */
    private OptionalInt tolerated = OptionalInt.empty();

    /**
     * Whether the cluster has put it on record.
     *
     * @param id by which it has; empty if it has not
     * @param why it has not
     */
    record OnRecord(Optional<Long> id, String why) {

        /** In words. */
        String text() {
            return id.map(known -> "operation " + known).orElse("not on record: " + why);
        }
    }

    private CopyOperation(ClientOptions client, String title) {
        this.sight = new ClusterSight(client);
        this.report = OperationReport.newBuilder().setTitle(title).setAskedBy(Asker.ofThisProcess());
    }

    /**
     * Looks at the cluster before anything is copied.
     *
     * @param err is told what is not well
     * @param title what was asked for
     */
    static CopyOperation begin(ClientOptions client, PrintWriter err, String title) {
        CopyOperation operation = new CopyOperation(client, title);
        operation.look(err);
        return operation;
    }

    private void look(PrintWriter err) {
        long lookNanos = System.nanoTime();
        List<Check> checks;
        try {
            ClusterSight.Seen seen = sight.look();
            boolean told = seen.health().members().stream().anyMatch(member -> member.answers());
            checks = told
                    ? Preflight.beforeACopy(seen.health())
                    : List.of(unknown("no member tells how it is; is it an etcd v3 server?"));
            if (told) {
                tolerated = OptionalInt.of(seen.health().tolerated(seen.health().voterIds()));
                checks.stream()
                        .filter(check -> check.getVerdict() == Check.Verdict.WARNING)
                        .forEach(check -> err.println("warning: " + check.getFinding()));
            }
        } catch (CommandFailed e) {
            // Whatever keeps the members from telling is told once more, and better, if it also keeps them from giving
            // a copy.
            checks = List.of(unknown(String.valueOf(e.getMessage())));
        }
        for (Check check : checks) {
            report.addPreflight(check.toBuilder().setMillis(OperationRun.millisSince(lookNanos)));
        }
    }

    private static Check unknown(String why) {
        return check("health", Check.Verdict.WARNING, "not known: " + why);
    }

    private static Check check(String name, Check.Verdict verdict, String finding) {
        return Check.newBuilder()
                .setName(name)
                .setVerdict(verdict)
                .setFinding(finding)
                .build();
    }

    /** There is room for the copy where it is written. */
    void hasRoom(String finding) {
        report.addPreflight(check("disk", Check.Verdict.FINE, finding));
    }

    /** A step is done, which began then. */
    void did(String step, String result, long stepNanos) {
        report.addSteps(Step.newBuilder()
                .setName(step)
                .setDone(true)
                .setResult(result)
                .setMillis(OperationRun.millisSince(stepNanos)));
    }

    /** What was found of the copy, in a look that began then. */
    void found(String name, Check.Verdict verdict, String finding, long lookNanos) {
        report.addVerified(check(name, verdict, finding).toBuilder().setMillis(OperationRun.millisSince(lookNanos)));
    }

    /**
     * Compares the members' states, now that the copy is there, and their tolerance with that of before: at one index, which lies after
     * the copy. Nothing of that makes the copy a bad one.
     *
     * @param err is told what is not well
     */
    void compareMembers(PrintWriter err) {
        long lookNanos = System.nanoTime();
        List<Check> checks;
        try {
            checks = compared();
        } catch (CommandFailed e) {
            checks = List.of(check("states", Check.Verdict.WARNING, "not compared: " + e.getMessage()));
        }
        for (Check check : checks) {
            if (check.getVerdict() == Check.Verdict.WARNING && tolerated.isPresent()) {
                err.println("warning: " + check.getName() + ": " + check.getFinding());
            }
            found(check.getName(), check.getVerdict(), check.getFinding(), lookNanos);
        }
    }

    private List<Check> compared() {
        int before = tolerated.orElseThrow(
                () -> new CommandFailed(ExitCode.FAILED, "no member has told how it is; is it an etcd v3 server?"));
        ClusterHealth health = sight.look().health();
        if (health.leader().isEmpty()) {
            throw new CommandFailed(ExitCode.FAILED, "nobody leads a majority of the voters");
        }
        CompareStatesResponse compared =
                sight.compareStates(health.members().stream().allMatch(MemberHealth::answers));
        return new Proof(health, Proof.Goal.asIn(health), health.commitIndex(), compared, before).besideACopy();
    }

    /** There is no copy. That this cannot be put on record is not worth a word beside the reason. */
    void failed(CommandFailed why) {
        if (why.exitCode() != ExitCode.UNREACHABLE) {
            var unused = end(Operation.State.FAILED, String.valueOf(why.getMessage()));
        }
    }

    /** It is over. */
    OnRecord end(Operation.State state, String outcome) {
        if (Thread.currentThread().isInterrupted()) {
            return new OnRecord(Optional.empty(), "the process was asked to end");
        }
        NoteOperationRequest request = NoteOperationRequest.newBuilder()
                .setState(state)
                .setReport(report.setOutcome(outcome))
                .setTookMillis(OperationRun.millisSince(beginNanos))
                .setAside(true)
                .build();
        try (ClusterClient cluster = sight.connect()) {
            NoteOperationResponse noted = cluster.write((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).noteOperation(request));
            return new OnRecord(Optional.of(noted.getOperation().getId()), "");
        } catch (CommandFailed e) {
            return new OnRecord(Optional.empty(), String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        sight.close();
    }
}
