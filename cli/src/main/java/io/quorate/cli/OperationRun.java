package io.quorate.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesRequest;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.NoteOperationResponse;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One operation of the manager: checks the cluster's health, does what is asked for step by step, and verifies that the members
 * have the same log and state and that as many may fail as was promised. What it does is on record in the cluster, where one
 * operation is under way at a time. For one thread.
 */
final class OperationRun {

    /** Within this time of the end all members that answer must have come so far; they usually have within a heartbeat. */
    private static final Duration PROOF_PATIENCE = Duration.ofSeconds(10);

    /** Well before others take this operation for broken off. */
    private static final long SIGN_OF_LIFE_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** Members that are well report within some heartbeats. */
    private static final long SHORT_WAIT_MILLIS = 1_000;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ClusterSight sight;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean force;
    private final OperationReport.Builder report;
    private long id;
    private long lastToldNanos;

    /** What one step does; fails with {@link CommandFailed}, the sentence of which says where things stand. */
    @FunctionalInterface
    interface Action {
        /** Does it, and says what came of it. */
        String run(OperationRun operation);
    }

    /**
     * A step that is to be done.
     *
     * @param undo takes back what it did, if a later step fails
     */
    record PlannedStep(String name, Action action, @Nullable Action undo) {

        static PlannedStep of(String name, Action action) {
            return new PlannedStep(name, action, null);
        }
    }

    /** @param title what was asked for, as it is said on the command line */
    OperationRun(ClusterSight sight, PrintWriter out, PrintWriter err, boolean force, String title) {
        this.sight = sight;
        this.out = out;
        this.err = err;
        this.force = force;
        this.report = OperationReport.newBuilder().setTitle(title);
    }

    ClusterSight sight() {
        return sight;
    }

    /**
     * Carries the operation out.
     *
     * @return the exit code
     * @throws CommandFailed if the checks refuse it, or another operation is under way: nothing was changed then
     */
    int execute(Preflight preflight, List<PlannedStep> steps) {
        check(preflight);
        begin();
        Operation.State state = Operation.State.FAILED;
        try {
            perform(steps);
            boolean proven = verify(preflight.promised());
            state = proven ? Operation.State.DONE : Operation.State.FAILED;
            report.setOutcome(
                    proven
                            ? "done and verified"
                            : "done, but not found as promised: see what was verified, and look at 'quorate why'");
        } catch (CommandFailed e) {
            report.setOutcome(String.valueOf(e.getMessage()));
        }
        end(state);
        return state == Operation.State.DONE ? ExitCode.OK : ExitCode.FAILED;
    }

    /** Checks, says what was found, and refuses what must not be done. */
    void check(Preflight preflight) {
        say("before:");
        preflight.checks().forEach(check -> {
            report.addPreflight(check);
            say(check);
        });
        boolean refused =
                report.getPreflightList().stream().anyMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
        report.setForced(refused && force);
        if (refused && !force) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "refused, and nothing was changed: "
                            + String.join(
                                    "; ",
                                    report.getPreflightList().stream()
                                            .filter(check -> check.getVerdict() == Check.Verdict.REFUSED)
                                            .map(Check::getFinding)
                                            .toList())
                            + " (--force does it nevertheless, as far as the members let it)");
        }
    }

    private void begin() {
        NoteOperationResponse noted = note(0, Operation.State.RUNNING);
        if (!noted.getAccepted()) {
            Operation other = noted.getOperation();
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "operation " + other.getId() + " is under way (" + other.getReport().getTitle()
                            + "); wait until it is over, or break it off with --force: nothing was changed");
        }
        id = noted.getOperation().getId();
    }

    private void perform(List<PlannedStep> steps) {
        say("operation " + id + ":");
        Deque<PlannedStep> done = new ArrayDeque<>();
        for (PlannedStep step : steps) {
            long beginNanos = System.nanoTime();
            try {
                String result = step.action().run(this);
                add(step.name(), true, result, beginNanos);
                done.push(step);
                tell();
            } catch (CommandFailed e) {
                add(step.name(), false, String.valueOf(e.getMessage()), beginNanos);
                undo(done);
                throw e;
            }
        }
    }

    /** What cannot be taken back is said to stand as it is. */
    private void undo(Deque<PlannedStep> done) {
        for (PlannedStep step : done) {
            Action undo = step.undo();
            if (undo == null) {
                continue;
            }
            long beginNanos = System.nanoTime();
            try {
                add("taken back: " + step.name(), true, undo.run(this), beginNanos);
            } catch (CommandFailed e) {
                add("taken back: " + step.name(), false, String.valueOf(e.getMessage()), beginNanos);
            }
        }
    }

    private void add(String name, boolean done, String result, long beginNanos) {
        Step step = Step.newBuilder()
                .setName(name)
                .setDone(done)
                .setResult(result)
                .setMillis(millisSince(beginNanos))
                .build();
        report.addSteps(step);
        say("  " + (done ? "done    " : "FAILED  ") + name + ": " + result + " (" + step.getMillis() + " ms)");
    }

    private boolean verify(int promised) {
        say("after:");
        long beginNanos = System.nanoTime();
        ClusterSight.Seen seen = sight.look();
        long index = seen.health().commitIndex();
        CompareStatesResponse states = compareStates(seen.health());
        Proof proof = new Proof(seen.health(), index, states, promised);
        while (!proof.isComplete() && System.nanoTime() - beginNanos < PROOF_PATIENCE.toNanos()) {
            pause();
            proof = new Proof(sight.look().health(), index, states, promised);
        }
        for (Check check : proof.checks()) {
            Check timed = check.toBuilder().setMillis(millisSince(beginNanos)).build();
            report.addVerified(timed);
            say(timed);
        }
        return proof.checks().stream().noneMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
    }

    /** Whoever does not answer is not waited for as long as the others. */
    private CompareStatesResponse compareStates(ClusterHealth health) {
        boolean allAnswer = health.members().stream().allMatch(MemberHealth::answers);
        long patienceMillis = sight.client().timeout.toMillis() * 3 / 4;
        CompareStatesResponse compared =
                compareStates(allAnswer ? patienceMillis : Math.min(patienceMillis, SHORT_WAIT_MILLIS));
        boolean oneIsLate = compared.getSilentList().stream()
                .anyMatch(id ->
                        health.member(id).filter(MemberHealth::answers).isPresent());
        return oneIsLate && !allAnswer ? compareStates(patienceMillis) : compared;
    }

    private CompareStatesResponse compareStates(long waitMillis) {
        CompareStatesRequest request =
                CompareStatesRequest.newBuilder().setWaitMillis(waitMillis).build();
        try (ClusterClient cluster = sight.client().connect()) {
            return cluster.read((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).compareStates(request));
        }
    }

    private void end(Operation.State state) {
        Operation ended;
        try {
            ended = note(id, state).getOperation();
        } catch (CommandFailed e) {
            err.println("how this operation ended could not be put on record: " + e.getMessage());
            ended = Operation.newBuilder().setId(id).setState(state).setReport(report).build();
        }
        if (sight.client().json()) {
            out.println(json(ended));
        } else {
            out.println("operation " + id + ": " + report.getOutcome());
        }
    }

    static String json(Operation operation) {
        try {
            return JsonFormat.printer()
                    .alwaysPrintFieldsWithNoPresence()
                    .preservingProtoFieldNames()
                    .omittingInsignificantWhitespace()
                    .print(operation);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private NoteOperationResponse note(long ofId, Operation.State state) {
        NoteOperationRequest request = NoteOperationRequest.newBuilder()
                .setId(ofId)
                .setState(state)
                .setNowMillis(System.currentTimeMillis())
                .setForce(force)
                .setReport(report)
                .build();
        lastToldNanos = System.nanoTime();
        try (ClusterClient cluster = sight.client().connect()) {
            return cluster.write((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).noteOperation(request));
        }
    }

    private void tell() {
        NoteOperationResponse noted = note(id, Operation.State.RUNNING);
        if (!noted.getAccepted()) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "another operation has broken this one off; see 'quorate operations', and what was done so far there");
        }
    }

    /** For a step that waits: lets a moment pass, and tells the cluster now and then that this operation is still under way. */
    void pause() {
        LockSupport.parkNanos(POLL_NANOS);
        if (Thread.interrupted()) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
        if (id != 0 && System.nanoTime() - lastToldNanos > SIGN_OF_LIFE_NANOS) {
            tell();
        }
    }

    /** Tells people how it goes. */
    void say(String line) {
        (sight.client().json() ? err : out).println(line);
    }

    private void say(Check check) {
        String verdict =
                switch (check.getVerdict()) {
                    case FINE -> "fine    ";
                    case WARNING -> "WARNING ";
                    case REFUSED -> "REFUSED ";
                    case UNRECOGNIZED -> "?       ";
                };
        say("  " + verdict + check.getName() + ": " + check.getFinding());
    }

    private static long millisSince(long beginNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos);
    }
}
