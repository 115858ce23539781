package io.quorate.bench.load;

import io.quorate.bench.cost.MemberAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Load on one target: connections and keys that are there from the beginning to the end, and repetitions in between. For one
 * thread.
 */
public final class LoadRun implements AutoCloseable {

    /** Often enough that an answer is waited for hardly longer than it should be. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final Duration LEAST_PATIENCE = Duration.ofSeconds(5);
    private static final long SECOND_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** A stretch that is shorter than this says nothing. */
    private static final long LEAST_STRETCH_NANOS = SECOND_NANOS / 4;

    /** The number of a repetition that does not count. */
    public static final int REHEARSAL = 0;

    /** Is told how a repetition goes, once a second. */
    public interface Progress {

        /** It has begun, and is not measured yet. */
        void warmingUp(Target target, int repetition);

        /** What happened in the last second. */
        void measured(Target target, int repetition, Second second);
    }

    private final Target target;
    private final LoadPlan plan;
    private final Keyspace keyspace;
    private final Connections connections;
    private final MemberFigures figures;
    private final LeaseCycle.Held leases = new LeaseCycle.Held();

    private LoadRun(Target target, LoadPlan plan, Keyspace keyspace, Connections connections, MemberFigures figures) {
        this.target = target;
        this.plan = plan;
        this.keyspace = keyspace;
        this.connections = connections;
        this.figures = figures;
    }

    /**
     * Connects, and looks for the members.
     *
     * @throws LoadException if an endpoint cannot be reached, or the cluster refuses
     */
    public static LoadRun open(Target target, LoadPlan plan, Keyspace keyspace) throws LoadException {
        Connections connections = Connections.open(target, plan.connections(), patience(plan));
        try {
            List<MemberAddress> members = new Upkeep(connections.of(0), patience(plan))
                    .members()
                    .map(told ->
                            MemberAddress.seenFromHere(told, target.endpoints().getFirst()))
                    .filter(told -> !told.isEmpty())
                    .orElseGet(() -> addresses(target.endpoints()));
            return new LoadRun(target, plan, keyspace, connections, MemberFigures.find(members, target.tls()));
        } catch (RuntimeException e) {
            connections.close();
            throw e;
        }
    }

    /**
     * Writes the keys that the workload reads, if it reads any, and waits until all members that are asked have them.
     *
     * @param isStopped whether it is to leave off
     * @throws LoadException if the cluster refuses, or a member does not catch up
     */
    public void fill(BooleanSupplier isStopped) throws LoadException {
        if (!plan.workload().isReading()) {
            return;
        }
        Upkeep upkeep = new Upkeep(connections.of(0), patience(plan));
        upkeep.fill(keyspace, isStopped);
        if (isStopped.getAsBoolean()) {
            return;
        }
        upkeep.settle();
        for (int i = 0; i < connections.members(target); i++) {
            new Upkeep(connections.of(i), patience(plan)).awaitFilled(keyspace);
        }
    }

    /** What is not measured may take longer than an answer. */
    private static Duration patience(LoadPlan plan) {
        return plan.timeout().compareTo(LEAST_PATIENCE) < 0 ? LEAST_PATIENCE : plan.timeout();
    }

    private static List<MemberAddress> addresses(List<URI> endpoints) {
        return endpoints.stream()
                .map(endpoint -> new MemberAddress(endpoint.getAuthority(), List.of(endpoint)))
                .toList();
    }

    public Target target() {
        return target;
    }

    /** Where the costs come from, and why some cannot be had. */
    public List<String> notes() {
        return figures.notes();
    }

    /**
     * Loads the target for a while.
     *
     * @param number of the repetition, from 1, or {@link #REHEARSAL}
     * @param isStopped whether it is to end at once
     * @throws LoadException if the login is refused, or watchers cannot be set up
     */
    public Repetition repeat(int number, Progress progress, BooleanSupplier isStopped) throws LoadException {
        connections.login(target, patience(plan));
        if (plan.workload() != Workload.WATCH) {
            List<LoadClient> clients = clients(number, Optional.empty());
            Recording recording = recording();
            return repetition(number, recording, load(number, clients, recording, progress, isStopped));
        }
        WatchPuts puts = new WatchPuts(keyspace, number);
        List<LoadClient> clients = clients(number, Optional.of(puts));
        try (Watchers watchers = Watchers.open(connections, keyspace, plan.watchers(), puts, patience(plan))) {
            // Not before: the measured time begins when all watchers are there, however long that has taken.
            Recording recording = recording();
            watchers.noteIn(recording);
            MemberFigures.Used used = load(number, clients, recording, progress, isStopped);
            awaitEvents(watchers, recording, isStopped);
            return repetition(number, recording, used);
        }
    }

    private List<LoadClient> clients(int number, Optional<WatchPuts> watched) {
        Clients requests = new Clients(plan, keyspace);
        return IntStream.range(0, plan.clients())
                .mapToObj(i -> new LoadClient(
                        connections.of(i),
                        // Another repetition draws other keys.
                        requests.steps(number * plan.clients() + i, watched, leases)))
                .toList();
    }

    /** Of a warm-up that begins now, and of the time after it. */
    private Recording recording() {
        long begin = System.nanoTime() + plan.pace().warmup().toNanos();
        return new Recording(
                plan.workload().kinds(), begin, begin + plan.pace().duration().toNanos());
    }

    private static Repetition repetition(int number, Recording recording, MemberFigures.Used used) {
        return new Repetition(number, recording.tallies(), recording.seconds(), used.costs(), used.phases());
    }

    private MemberFigures.Used load(
            int number, List<LoadClient> clients, Recording recording, Progress progress, BooleanSupplier isStopped) {
        progress.warmingUp(target, number);
        try (Pacing pacing = pacing(clients, recording)) {
            pacing.start();
            Optional<MemberFigures.Told> before = await(recording.beginNanos(), clients, isStopped)
                    ? askMembers(clients, isStopped)
                    : Optional.empty();
            boolean goesOn = before.isPresent();
            for (long end = firstLook(recording); goesOn && end - recording.endNanos() < 0; ) {
                end = recording.endNanos() - end < SECOND_NANOS + LEAST_STRETCH_NANOS
                        ? recording.endNanos()
                        : end + SECOND_NANOS;
                goesOn = await(end, clients, isStopped);
                progress.measured(target, number, recording.endSecond(System.nanoTime()));
            }
            Optional<MemberFigures.Told> after = goesOn ? askMembers(clients, isStopped) : Optional.empty();
            if (after.isEmpty()) {
                pacing.stop();
            }
            drain(pacing, clients, recording);
            return before.flatMap(earlier -> after.map(later -> figures.between(earlier, later)))
                    .orElse(MemberFigures.Used.UNKNOWN);
        }
    }

    /** Has the members tell, and meanwhile gives up on what takes too long. Empty if it was stopped. */
    private Optional<MemberFigures.Told> askMembers(List<LoadClient> clients, BooleanSupplier isStopped) {
        CompletableFuture<MemberFigures.Told> told = figures.ask();
        while (!isStopped.getAsBoolean()) {
            try {
                return Optional.of(told.get(LOOK_NANOS, TimeUnit.NANOSECONDS));
            } catch (TimeoutException e) {
                giveUp(clients, System.nanoTime());
            } catch (ExecutionException e) {
                throw new IllegalStateException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** Where seconds are counted from: members may have taken longer than one to tell, which the first stretch then has in it. */
    private static long firstLook(Recording recording) {
        long length = recording.endNanos() - recording.beginNanos();
        return recording.beginNanos() + Math.clamp(System.nanoTime() - recording.beginNanos(), 0, length - 1);
    }

    private Pacing pacing(List<LoadClient> clients, Recording recording) {
        Optional<Double> rate = plan.pace().ratePerSecond();
        return rate.isPresent() ? new OpenPacing(clients, recording, rate.get()) : new ClosedPacing(clients, recording);
    }

    /** Waits until then, and meanwhile gives up on what takes too long. Returns false if it was stopped. */
    private boolean await(long untilNanos, List<LoadClient> clients, BooleanSupplier isStopped) {
        while (!isStopped.getAsBoolean()) {
            long now = System.nanoTime();
            if (now - untilNanos >= 0) {
                return true;
            }
            giveUp(clients, now);
            LockSupport.parkNanos(Math.min(LOOK_NANOS, untilNanos - now));
        }
        return false;
    }

    private void giveUp(List<LoadClient> clients, long now) {
        clients.forEach(client -> client.giveUp(now, plan.timeout().toNanos()));
    }

    /** Waits for what is under way, and in an open loop for what has arrived, but no longer than for an answer. */
    private void drain(Pacing pacing, List<LoadClient> clients, Recording recording) {
        long end = System.nanoTime() + plan.timeout().toNanos();
        while (!pacing.isOver()) {
            long now = System.nanoTime();
            if (now - end >= 0) {
                long unsent = pacing.dropUnsent();
                if (unsent > 0) {
                    recording.failed(
                            plan.workload().kinds().getFirst(),
                            new Failure(
                                    Failure.Outcome.NOT_SENT,
                                    "still waiting " + plan.timeout().toMillis() + " ms after the end"),
                            unsent);
                }
            }
            giveUp(clients, now);
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void awaitEvents(Watchers watchers, Recording recording, BooleanSupplier isStopped) {
        long end = System.nanoTime() + plan.timeout().toNanos();
        while (!watchers.areUpToDate()
                && watchers.broken().isEmpty()
                && System.nanoTime() - end < 0
                && !isStopped.getAsBoolean()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        long missing = watchers.missing();
        if (missing > 0) {
            Failure failure = new Failure(
                    Failure.Outcome.NOT_DELIVERED,
                    watchers.broken()
                            .map(Failure::text)
                            .orElse("not told until " + plan.timeout().toMillis() + " ms after the end"));
            recording.failed(RequestKind.EVENT_SINCE_SEND, failure, missing);
        }
    }

    /**
     * Removes what the run has written, unless the plan keeps it.
     *
     * @return why it could not, in one sentence
     */
    public Optional<String> cleanUp() {
        try {
            connections.login(target, patience(plan));
        } catch (LoadException e) {
            // The login before may still do; if not, what it is refused says so.
        }
        List<String> failures = new ArrayList<>();
        if (!plan.keep() && plan.workload() != Workload.LEASE) {
            byAnyMember(upkeep -> upkeep.remove(keyspace, target)).ifPresent(failures::add);
        }
        byAnyMember(upkeep -> upkeep.revoke(leases.ids())).ifPresent(failures::add);
        return failures.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", failures));
    }

    /** The first member may be away, and another one do what it cannot; empty if one did. */
    private Optional<String> byAnyMember(Function<Upkeep, Optional<String>> work) {
        Optional<String> failure = Optional.empty();
        for (int i = 0; i < connections.members(target); i++) {
            failure = work.apply(new Upkeep(connections.of(i), patience(plan)));
            if (failure.isEmpty()) {
                return failure;
            }
        }
        return failure;
    }

    @Override
    public void close() {
        figures.close();
        connections.close();
    }
}
