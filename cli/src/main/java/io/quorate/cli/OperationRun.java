package io.quorate.cli;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One operation of the manager: checks the cluster's health, does what is asked for step by step, and verifies that the members
 * are those that were wanted, have the same log and state, and tolerate as many failures as was promised. What it does is on record in
 * the cluster, where one operation is under way at a time. For one thread.
 */
final class OperationRun {

    private static final long FIRST_POLL_MILLIS = 50;
    private static final long LAST_POLL_MILLIS = 1_000;

    private final ClusterSight sight;
    private final PrintWriter out;
    private final PrintWriter err;
    private final boolean force;
    private final boolean breakOff;
    private final StopRequest stop;
    private final OperationReport.Builder report;
    private final NowAndThen telling = new NowAndThen(NowAndThen.INTERVAL, System::nanoTime);
    private long pollMillis = FIRST_POLL_MILLIS;

    /** What was done so far that is never taken back. */
    private final List<String> standing = new ArrayList<>();

    /** Its place in the cluster, while it has one. */
    private Optional<SignsOfLife> place = Optional.empty();

    /** Whether it takes back what it has done, which nobody's wish to stop keeps it from. */
    private boolean undoing;

    /** What one step does; fails with {@link CommandFailed}, the sentence of which says where things stand. */
    @FunctionalInterface
    interface Action {
        /** Does it, and says what came of it. */
        String run(OperationRun operation);
    }

    /**
     * A step that is to be done.
     *
     * @param undo takes back what it did, or has begun to do, if it or a later step fails; there may be nothing to take back
     * @param changes whether anything is different once it is done
     */
    record PlannedStep(String name, Action action, Optional<Action> undo, boolean changes) {

        /** What it has done stands, whatever becomes of the later ones. */
        static PlannedStep of(String name, Action action) {
            return new PlannedStep(name, action, Optional.empty(), true);
        }

        static PlannedStep undoable(String name, Action action, Action undo) {
            return new PlannedStep(name, action, Optional.of(undo), true);
        }

        /** It says something, or waits for something. */
        static PlannedStep changingNothing(String name, Action action) {
            return new PlannedStep(name, action, Optional.empty(), false);
        }

        boolean stands() {
            return changes && undo.isEmpty();
        }
    }

    /**
     * All that is to be done.
     *
     * @param seen what it was planned for
     * @param intent by which the cluster's health is judged
     * @param goal who the members are to be afterwards; asked for then
     */
    record Plan(
            ClusterSight.Seen seen,
            Function<ClusterSight.Seen, Preflight.Intent> intent,
            List<PlannedStep> steps,
            Supplier<Proof.Goal> goal) {
        Plan {
            steps = List.copyOf(steps);
        }
    }

    /** Another operation has taken this one's place: whatever was planned is not for this one to do any more. */
    private static final class BrokenOff extends RuntimeException {
        private static final long serialVersionUID = 1;

        BrokenOff() {
            super("another operation has broken this one off; what was done so far stands");
        }
    }

    /**
     * @param title what was asked for, as it is said on the command line
     * @param force does it although the checks refuse it
     * @param breakOff does it although another operation is under way
     * @param stop ends it before its next step
     */
    OperationRun(
            ClusterSight sight,
            PrintWriter out,
            PrintWriter err,
            boolean force,
            boolean breakOff,
            StopRequest stop,
            String title) {
        this.sight = sight;
        this.stop = stop;
        this.out = out;
        this.err = err;
        this.force = force;
        this.breakOff = breakOff;
        this.report = OperationReport.newBuilder().setTitle(title).setAskedBy(Asker.ofThisProcess());
    }

    ClusterSight sight() {
        return sight;
    }

    /**
     * Carries the operation out.
     *
     * @return the exit code
     * @throws CommandFailed if another operation is under way, or the checks refuse it: nothing was changed then
     */
    @SuppressWarnings("try") // What listens is named to be closed.
    int execute(Plan plan) {
        report.setForced(false);
        try (StopRequest.Listening listening = stop.listen();
                SignsOfLife life = SignsOfLife.begin(sight, report.build(), breakOff)) {
            place = Optional.of(life);
            sight.actAs(life.id());
            Preflight preflight;
            try {
                preflight = check(plan);
            } catch (CommandFailed e) {
                end(life, Operation.State.FAILED, String.valueOf(e.getMessage()));
                throw e;
            }
            say("operation " + life.id() + ":");
            try {
                perform(plan.steps(), life);
            } catch (CommandFailed e) {
                end(life, Operation.State.FAILED, e.getMessage() + whatStands());
                return e.exitCode() == ExitCode.UNKNOWN_OUTCOME ? ExitCode.UNKNOWN_OUTCOME : ExitCode.FAILED;
            } catch (BrokenOff e) {
                return brokenOff(life);
            }
            return verify(plan.goal(), preflight.promised(), life);
        }
    }

    /** As {@link #execute}, up to the checks: nothing is put on record, and nothing is done. */
    void checkOnly(Plan plan) {
        judge(new Preflight(plan.seen().health(), plan.intent().apply(plan.seen())), 0);
    }

    /** What is judged is seen when this operation has its place, so that no other one comes in between. */
    private Preflight check(Plan plan) {
        long beginNanos = System.nanoTime();
        ClusterSight.Seen seen = sight.lookCertainly();
        new MemberCalls(sight).settle(seen);
        if (!known(seen).equals(known(plan.seen()))) {
            throw new CommandFailed(
                    ExitCode.FAILED, "the members have changed meanwhile, and nothing was done; look, and begin anew");
        }
        Preflight preflight = new Preflight(seen.health(), plan.intent().apply(seen));
        judge(preflight, millisSince(beginNanos));
        return preflight;
    }

    private static List<String> known(ClusterSight.Seen seen) {
        return seen.members().stream()
                .map(member -> member.getID() + " " + member.getIsLearner() + " " + member.getPeerURLsList())
                .sorted()
                .toList();
    }

    private void judge(Preflight preflight, long millis) {
        say("before:");
        List<String> refusals = new ArrayList<>();
        for (Check check : preflight.checks()) {
            report.addPreflight(check.toBuilder().setMillis(millis));
            say(check);
            if (check.getVerdict() == Check.Verdict.REFUSED) {
                refusals.add(check.getFinding());
            }
        }
        report.setForced(!refusals.isEmpty() && force);
        if (!refusals.isEmpty() && !force) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "refused, and nothing was changed: " + String.join("; ", refusals)
                            + " (--force does it nevertheless, as far as the members let it)");
        }
    }

    private void perform(List<PlannedStep> steps, SignsOfLife life) {
        Deque<PlannedStep> begun = new ArrayDeque<>();
        for (PlannedStep step : steps) {
            if (!life.confirm()) {
                throw new BrokenOff();
            }
            if (stop.isMade()) {
                undo(begun, life);
                throw stopped(begun.size() + " of " + steps.size() + " steps were done");
            }
            begun.push(step);
            pollMillis = FIRST_POLL_MILLIS;
            telling.begin();
            long beginNanos = System.nanoTime();
            try {
                String result = step.action().run(this);
                add(step.name(), true, result, beginNanos, life);
                if (step.stands()) {
                    standing.add(step.name() + " (" + result + ")");
                }
            } catch (RuntimeException e) {
                // Whatever it is: what has been begun is not to stay half done.
                add(step.name(), false, String.valueOf(e.getMessage()), beginNanos, life);
                if (life.isBrokenOff()) {
                    throw new BrokenOff();
                }
                undo(begun, life);
                throw e;
            }
        }
    }

    private String whatStands() {
        return standing.isEmpty() ? "" : "; what stands: " + String.join(", ", standing);
    }

    private static CommandFailed stopped(String where) {
        return new CommandFailed(ExitCode.FAILED, "stopped, as was asked for: " + where);
    }

    /** What cannot be taken back is said to stand as it is. */
    private void undo(Deque<PlannedStep> begun, SignsOfLife life) {
        undoing = true;
        boolean interrupted = Thread.interrupted();
        for (PlannedStep step : begun) {
            if (step.undo().isEmpty()) {
                continue;
            }
            telling.begin();
            long beginNanos = System.nanoTime();
            try {
                if (!life.confirm()) {
                    throw new BrokenOff();
                }
                add("take back: " + step.name(), true, step.undo().get().run(this), beginNanos, life);
            } catch (CommandFailed e) {
                add("take back: " + step.name(), false, String.valueOf(e.getMessage()), beginNanos, life);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void add(String name, boolean done, String result, long beginNanos, SignsOfLife life) {
        Step step = Step.newBuilder()
                .setName(name)
                .setDone(done)
                .setResult(result)
                .setMillis(millisSince(beginNanos))
                .build();
        life.progress(report.clearUnderWay().addSteps(step).build());
        say("  " + (done ? "done    " : "FAILED  ") + name + ": " + result + " (" + step.getMillis() + " ms)");
    }

    private int verify(Supplier<Proof.Goal> goal, int promised, SignsOfLife life) {
        say("after:");
        List<Check> checks;
        try {
            checks = new Verifying(this).checks(goal.get(), promised);
        } catch (CommandFailed e) {
            return end(life, Operation.State.FAILED, "all was done, but nothing could be verified: " + e.getMessage());
        }
        checks.forEach(check -> {
            report.addVerified(check);
            say(check);
        });
        Ending ending = Ending.of(checks);
        return end(life, ending.state(), ending.outcome());
    }

    private int brokenOff(SignsOfLife life) {
        say("operation " + life.id() + ": " + new BrokenOff().getMessage());
        return ExitCode.FAILED;
    }

    private int end(SignsOfLife life, Operation.State state, String outcome) {
        boolean interrupted = Thread.interrupted();
        report.setOutcome(outcome);
        Operation ended = Operation.newBuilder()
                .setId(life.id())
                .setState(state)
                .setReport(report)
                .build();
        boolean onRecord = false;
        try {
            ended = life.end(state, report.build());
            onRecord = !life.isBrokenOff();
        } catch (CommandFailed e) {
            err.println("how this operation ended could not be put on record: " + e.getMessage());
        }
        if (life.isBrokenOff()) {
            err.println("another operation has broken this one off: it was not alone when it was verified");
        }
        if (sight.client().json()) {
            out.println(json(ended));
        } else {
            out.println("operation " + life.id() + ": " + outcome);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return state == Operation.State.DONE && onRecord ? ExitCode.OK : ExitCode.FAILED;
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

    /**
     * For a step that waits: lets a moment pass, a longer one each time; ends it if another operation has taken this one's place, or it
     * is to stop.
     */
    void pause() {
        if (place.filter(SignsOfLife::isBrokenOff).isPresent()) {
            throw new BrokenOff();
        }
        if (stop.isMade() && !undoing) {
            throw stopped("what it waited for had not come");
        }
        sleep(pollMillis);
        pollMillis = Math.min(LAST_POLL_MILLIS, pollMillis * 5 / 4);
    }

    /** Looks, for a step that waits: a member that has gone may be the one that was asked, and others are asked again. */
    ClusterSight.Seen lookPatiently(long patienceNanos) {
        long beginNanos = System.nanoTime();
        while (true) {
            try {
                return sight.look();
            } catch (CommandFailed e) {
                if (System.nanoTime() - beginNanos > patienceNanos) {
                    throw e;
                }
                pause();
            }
        }
    }

    static void sleep() {
        sleep(LAST_POLL_MILLIS);
    }

    private static void sleep(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        if (Thread.currentThread().isInterrupted()) {
            throw new CommandFailed(ExitCode.FAILED, "interrupted");
        }
    }

    /** As {@link #tellProgress}, for a step that waits, if it is time to say something again. */
    void tellNowAndThen(Supplier<String> howFar) {
        if (telling.isTime()) {
            tellProgress(howFar.get());
        }
    }

    /** For a step that blocks: does it, and tells now and then for how long. */
    <T> T tellWhile(Supplier<T> call, Function<Duration, String> howFar) {
        return LongCall.await(call, NowAndThen.INTERVAL, took -> tellProgress(howFar.apply(took)));
    }

    /** Tells how far a step is that takes long: whoever waits for it, and whoever asks for what is on record. */
    void tellProgress(String howFar) {
        report.setUnderWay(howFar);
        place.ifPresent(life -> life.progress(report.build()));
        say("          " + howFar);
    }

    /** Tells people how it goes. */
    void say(String line) {
        (sight.client().json() ? err : out).println(line);
    }

    private void say(Check check) {
        String verdict = switch (check.getVerdict()) {
            case FINE -> "fine    ";
            case WARNING -> "WARNING ";
            case REFUSED -> "REFUSED ";
            case UNRECOGNIZED -> "?       ";
        };
        say("  " + verdict + check.getName() + ": " + check.getFinding());
    }

    static long millisSince(long beginNanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos);
    }

    /** Who the members are, by the list of before, with some gone, some come and some that vote now. */
    static Proof.Goal goal(List<Member> before, List<Long> removed, List<Long> addedVoters, List<Long> addedLearners) {
        List<Long> voters = new ArrayList<>(addedVoters);
        List<Long> learners = new ArrayList<>(addedLearners);
        for (Member member : before) {
            long id = member.getID();
            if (!removed.contains(id) && !addedVoters.contains(id)) {
                (member.getIsLearner() ? learners : voters).add(id);
            }
        }
        return new Proof.Goal(Set.copyOf(voters), Set.copyOf(learners));
    }
}
