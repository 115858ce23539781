package io.quorate.server.autopilot;

import io.grpc.StatusRuntimeException;
import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.members.MemberChange;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.operations.Proving;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One change that the autopilot makes, as an operation like an operator's: checks, puts on record, changes, and shows that the members
 * have the same log and state and that as many may fail as was promised. For one thread, which waits.
 *
 * <p>What a leader cannot know it does not check: how much room there is on other members' disks, and which releases they run.
 */
final class AutopilotOperation {

    private static final Logger LOG = LoggerFactory.getLogger(AutopilotOperation.class);

    /** Whoever does not answer is not waited for as long as the others. */
    private static final Duration SHORT_WAIT = Duration.ofSeconds(1);

    /** Whatever is asked for has a deadline of its own; a member that closes its node meanwhile must not be waited for. */
    private static final long MAX_WAIT_SECONDS = 60;

    private static final Set<String> UNKNOWN_TO_A_LEADER = Set.of("disk", "versions");

    /**
     * How it ended.
     *
     * @param kind what that means for the next one
     * @param text for people, in one sentence
     */
    record Outcome(Kind kind, String text) {

        enum Kind {
            DONE,
            /** Nothing was changed, since another operation came first, or things have changed meanwhile. */
            NOT_BEGUN,
            /** It was refused, did not succeed, or was not found as promised. */
            FAILED
        }
    }

    /** Something could not be done; the message says why. */
    private static final class StepFailed extends Exception {

        private static final long serialVersionUID = 1;

        StepFailed(String why) {
            super(why);
        }
    }

    private final AutopilotCluster cluster;
    private final LongSupplier nanoTime;
    private final Judgement.Act act;
    private final OperationReport.Builder report;
    private long id;

    /** @param nanoTime a monotonic clock */
    AutopilotOperation(AutopilotCluster cluster, LongSupplier nanoTime, Judgement.Act act) {
        this.cluster = cluster;
        this.nanoTime = nanoTime;
        this.act = act;
        this.report = OperationReport.newBuilder().setTitle(Operations.PREFIX + act.title());
    }

    /**
     * Carries it out.
     *
     * @param seen what the decision was made of
     * @throws InterruptedException if the member stops; the operation is then broken off once it has been silent for long enough
     */
    Outcome execute(Sighting seen) throws InterruptedException {
        Preflight preflight = check(seen.health());
        Optional<String> refusal = refusal();
        if (refusal.isPresent()) {
            return new Outcome(Outcome.Kind.FAILED, "refused, and nothing was changed: " + refusal.get());
        }
        try {
            Result.OperationResult noted = note(0, ManagedOperation.State.RUNNING);
            if (!noted.accepted()) {
                return new Outcome(
                        Outcome.Kind.NOT_BEGUN,
                        "operation " + noted.operation().id() + " came first: " + Operations.title(noted.operation()));
            }
            id = noted.operation().id();
        } catch (StepFailed e) {
            return new Outcome(
                    Outcome.Kind.FAILED, "it could not be put on record, and nothing was changed: " + e.getMessage());
        }
        LOG.info("autopilot: {} (operation {}), because {}", act.title(), id, act.reason());
        Optional<String> doubt = doubt(seen, cluster.look());
        return ended(
                doubt.isPresent()
                        ? new Outcome(Outcome.Kind.NOT_BEGUN, "withdrawn, and nothing was changed: " + doubt.get())
                        : perform(goal(seen.health()), preflight.promised()));
    }

    /** From here on nobody else's operation comes in between: whatever has changed before is seen now. */
    private Optional<String> doubt(Sighting before, Sighting now) {
        if (!now.leads() || now.status().term() != before.status().term()) {
            return Optional.of("this member does not lead any more");
        }
        for (MemberChange.OfOne change : act.change().changes()) {
            if (before.hears(change.member()) != now.hears(change.member())) {
                return Optional.of(now.label(change.member())
                        + (now.hears(change.member()) ? " is heard of again" : " is not heard of any more"));
            }
        }
        var unused = check(now.health());
        return refusal();
    }

    private Optional<String> refusal() {
        String refusals = report.getPreflightList().stream()
                .filter(check -> check.getVerdict() == Check.Verdict.REFUSED)
                .map(Check::getFinding)
                .collect(Collectors.joining("; "));
        return Optional.of(refusals).filter(found -> !found.isEmpty());
    }

    /** Who the members are to be. */
    private Proof.Goal goal(ClusterHealth health) {
        Set<Long> voters = new TreeSet<>(health.voterIds());
        Set<Long> learners = new TreeSet<>(health.learnerIds());
        for (MemberChange.OfOne change : act.change().changes()) {
            long member = change.member().value();
            learners.remove(member);
            if (change instanceof MemberChange.Promote) {
                voters.add(member);
            } else {
                voters.remove(member);
            }
        }
        return new Proof.Goal(voters, learners);
    }

    private Set<Long> leaving() {
        return act.change().changes().stream()
                .filter(MemberChange.Remove.class::isInstance)
                .map(change -> change.member().value())
                .collect(Collectors.toSet());
    }

    private Preflight check(ClusterHealth health) {
        Preflight.Intent intent =
                new Preflight.Intent(goal(health).voters(), Set.of(), 0, leaving(), false).allAtOnce();
        Preflight preflight = new Preflight(health, intent);
        report.clearPreflight()
                .addPreflight(Check.newBuilder()
                        .setName(Operations.REASON)
                        .setVerdict(Check.Verdict.FINE)
                        .setFinding(act.reason()));
        preflight.checks().stream()
                .filter(check -> !UNKNOWN_TO_A_LEADER.contains(check.getName()))
                .forEach(report::addPreflight);
        return preflight;
    }

    private Outcome perform(Proof.Goal goal, int promised) throws InterruptedException {
        long beginNanos = nanoTime.getAsLong();
        try {
            var unused = await(cluster.change(id, act.change()));
            step(true, "one change of members is in force", beginNanos);
        } catch (StepFailed e) {
            String why = String.valueOf(e.getMessage());
            step(false, why, beginNanos);
            return new Outcome(Outcome.Kind.FAILED, why);
        }
        try {
            if (!note(id, ManagedOperation.State.RUNNING).accepted()) {
                return new Outcome(Outcome.Kind.FAILED, "done, but another operation has broken this one off");
            }
            return verify(goal, promised)
                    ? new Outcome(Outcome.Kind.DONE, "done and verified")
                    : new Outcome(
                            Outcome.Kind.FAILED,
                            "done, but not found as promised: see what was verified, and look at 'quorate why'");
        } catch (StepFailed e) {
            return new Outcome(Outcome.Kind.FAILED, "done, but it could not be verified: " + e.getMessage());
        }
    }

    private void step(boolean done, String result, long beginNanos) {
        report.addSteps(Step.newBuilder()
                .setName(act.title())
                .setDone(done)
                .setResult(result)
                .setMillis(millisSince(beginNanos)));
    }

    private boolean verify(Proof.Goal goal, int promised) throws InterruptedException, StepFailed {
        List<Check> checks = new Proving<>(new Seen(), goal, promised).checks();
        report.addAllVerified(checks);
        return checks.stream().noneMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
    }

    /** The cluster as its leader sees it. */
    private final class Seen implements Proving.Cluster<StepFailed> {

        @Override
        public ClusterHealth look() throws StepFailed {
            return lookAsLeader().health();
        }

        @Override
        public CompareStatesResponse compare(boolean allAnswer, long index) throws StepFailed, InterruptedException {
            return Proof.response(await(cluster.compare(allAnswer ? Proving.PATIENCE : SHORT_WAIT)));
        }

        @Override
        public void pause() throws InterruptedException {
            cluster.pause();
        }

        @Override
        public long nanoTime() {
            return nanoTime.getAsLong();
        }
    }

    /** Only a leader knows how far the others' logs are. */
    private Sighting lookAsLeader() throws StepFailed {
        Sighting seen = cluster.look();
        if (!seen.leads()) {
            throw new StepFailed("this member does not lead any more");
        }
        return seen;
    }

    /**
     * Puts on record how it ended. If that fails, since this member has lost its leadership and the quorum with it, say, the operation
     * is broken off after its silence, and whoever leads then judges anew.
     */
    private Outcome ended(Outcome outcome) throws InterruptedException {
        report.setOutcome(outcome.text());
        boolean done = outcome.kind() == Outcome.Kind.DONE;
        try {
            var unused = note(id, done ? ManagedOperation.State.DONE : ManagedOperation.State.FAILED);
        } catch (StepFailed e) {
            LOG.warn("autopilot: how operation {} ended could not be put on record: {}", id, e.getMessage());
        }
        if (done) {
            LOG.info("autopilot: operation {} is done and verified", id);
        } else {
            LOG.warn("autopilot: operation {} has failed: {}", id, outcome.text());
        }
        return outcome;
    }

    private Result.OperationResult note(long ofId, ManagedOperation.State state)
            throws InterruptedException, StepFailed {
        Bytes told = Bytes.wrap(report.build().toByteArray());
        Result result =
                await(cluster.note(new NoteOperation(ofId, state, cluster.look().nowMillis(), false, told)));
        return switch (result) {
            case Result.OperationResult noted -> noted;
            case Result.Rejected rejected -> throw new StepFailed("the note was refused: " + rejected.error());
            default -> throw new IllegalStateException("a note came to " + result.getClass());
        };
    }

    private static <T> T await(CompletableFuture<T> future) throws InterruptedException, StepFailed {
        try {
            return future.get(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new StepFailed(
                    "it has not ended within " + MAX_WAIT_SECONDS + " s, and nobody knows whether it yet will");
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            String why = cause instanceof StatusRuntimeException refused
                    ? refused.getStatus().getDescription()
                    : cause.getMessage();
            throw new StepFailed(why == null ? cause.toString() : why);
        }
    }

    private long millisSince(long beginNanos) {
        return TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - beginNanos);
    }
}
