package io.quorate.simulator.workload;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.Caller;
import io.quorate.kv.KvError;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.CertainFailure;
import io.quorate.simulator.ClientNews;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.RunPlan;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedProcess;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.workload.ClientHistory.Pending;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The clients of a run. Each asks for one thing at a time, of any member, and gives up after a while, or when the connection is
 * lost: then it may ask for the same again.
 */
public final class Clients {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_WAY_NANOS = 100_000;
    private static final long WAY_SPREAD_NANOS = 400_000;

    /** Writes that must succeed once everything is mended, before the clients stop. */
    private static final int PROGRESS = 5;

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;
    private final List<Client> clients = new ArrayList<>();
    private final ClientHistory history = new ClientHistory();
    private final long thinkNanos;
    private boolean stopped;
    private long completed;
    private long unknown;
    private final SerializableReads localReads = new SerializableReads();
    private final Optional<Compactor> compactor;
    private long written;
    private long writtenWhenHealed = Long.MAX_VALUE;
    private long healedAt = Long.MAX_VALUE;

    /**
     * Clients as the plan has them.
     *
     * @param special who says who they are, in a run with users
     * @param perseverance how often they ask for the same again
     */
    public Clients(
            RunPlan plan,
            Agenda agenda,
            Cluster cluster,
            SplittableRandom random,
            RunObserver observer,
            SpecialClients special,
            Perseverance perseverance) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
        this.thinkNanos = SECOND * plan.clients() / plan.operationsPerSecond();
        for (int i = 0; i < plan.clients(); i++) {
            clients.add(new Client(i, random.split(), special.identity(), perseverance.ofOne()));
        }
        this.compactor = plan.compactionNanos() == 0
                ? Optional.empty()
                : Optional.of(new Compactor(agenda, cluster, random.split(), plan.compactionNanos()));
    }

    /** Lets them begin. */
    public void begin() {
        clients.forEach(Client::think);
        compactor.ifPresent(Compactor::begin);
    }

    /**
     * A quorum is mended from now on, or everything. Whoever was removed without knowing it waits for a leader for ever: each client
     * asks it once more, gets no answer, and goes to the others from then on.
     */
    public void heal() {
        writtenWhenHealed = written;
        healedAt = agenda.now();
        clients.forEach(client -> client.silent.clear());
    }

    /** A member's process has died: whoever waits for its answer will get none, and is told so. */
    public void lostConnection(MemberId member) {
        clients.forEach(client -> client.lostConnection(member));
    }

    /** Whether writes have succeeded since the last mending. */
    public boolean progressed() {
        return written >= writtenWhenHealed + PROGRESS;
    }

    /** Whether any write has succeeded since then: where few clients ask many members that are cut off, more take long. */
    public boolean hasWritten() {
        return written > writtenWhenHealed;
    }

    /** Nobody asks for anything new. */
    public void stop() {
        stopped = true;
        compactor.ifPresent(Compactor::stop);
    }

    /** Whether nobody waits for an answer. */
    public boolean areDone() {
        return clients.stream().noneMatch(client -> client.waiting);
    }

    /** Requests that were answered. */
    public long completed() {
        return completed;
    }

    /** Requests whose outcome the client never learned. */
    public long unknown() {
        return unknown;
    }

    /** What they asked for and were answered; whoever still waits does not know what comes of it. */
    public List<Operation> operations() {
        List<Operation> operations = new ArrayList<>(history.operations());
        for (Client client : clients) {
            if (client.waiting) {
                client.outstanding.flatMap(ClientHistory::open).ifPresent(operations::add);
            }
        }
        return operations;
    }

    /**
     * Judges what the clients have seen.
     *
     * @return whether that could be decided; with too many requests of unknown outcome it cannot
     * @throws io.quorate.simulator.invariant.InvariantViolation if it cannot have been
     */
    public boolean judge() {
        localReads.judge();
        return history.judge();
    }

    private long way(SplittableRandom random) {
        return LEAST_WAY_NANOS + random.nextLong(WAY_SPREAD_NANOS);
    }

    /** One client. */
    private final class Client {
        private final int id;
        private final SplittableRandom random;
        private final RequestDraw draw;
        private final Identity identity;
        private final Perseverance perseverance;
        private boolean waiting;
        private long request;
        private final Set<MemberId> silent = new HashSet<>();
        private Optional<MemberId> askedLast = Optional.empty();
        private Optional<Pending> outstanding = Optional.empty();

        /** What is to be asked for once more, as nobody knows what came of it. */
        private Optional<Request> again = Optional.empty();

        private long deadline;

        /** When the timer fires that is set; {@link Long#MAX_VALUE} if none is. */
        private long timer = Long.MAX_VALUE;

        Client(int id, SplittableRandom random, Identity identity, Perseverance perseverance) {
            this.id = id;
            this.random = random;
            this.identity = identity;
            this.perseverance = perseverance;
            this.draw = new RequestDraw(id, random.split());
        }

        void think() {
            long pause = again.isPresent() ? perseverance.pauseNanos() : 1 + random.nextLong(2 * thinkNanos);
            agenda.after(pause, this::ask);
        }

        private void ask() {
            if (stopped) {
                return;
            }
            Request asked = again.orElseGet(draw::next);
            again = Optional.empty();
            waiting = true;
            if (!(asked instanceof Request.LocalGet)) {
                observer.asked(id);
            }
            long number = ++request;
            SimulatedMember member = anyMember();
            askedLast = Optional.of(member.id());
            Pending pending = new Pending(id, asked, agenda.now());
            outstanding = Optional.of(pending);
            deadline = agenda.now() + SECOND / 2 + random.nextLong(4 * SECOND);
            agenda.after(way(random), () -> arrive(member, pending, number));
            watchDeadline();
        }

        /** Most requests are answered long before: one timer serves all of a client's, one after the other. */
        private void watchDeadline() {
            if (deadline < timer) {
                timer = deadline;
                long time = deadline;
                agenda.at(time, () -> timerFired(time));
            }
        }

        private void timerFired(long time) {
            if (time != timer) {
                return;
            }
            timer = Long.MAX_VALUE;
            if (waiting && deadline <= time) {
                outstanding.ifPresent(pending -> giveUp(pending, request));
            } else if (waiting) {
                watchDeadline();
            }
        }

        /** Clients know all members that there ever were, and hold data. */
        private SimulatedMember anyMember() {
            List<MemberId> members = cluster.withData();
            if (!silent.isEmpty()) {
                members = members.stream()
                        .filter(member -> !silent.contains(member))
                        .toList();
            }
            return cluster.member(members.get(random.nextInt(members.size())));
        }

        private void arrive(SimulatedMember member, Pending pending, long number) {
            if (!member.isRunning()) {
                // Nobody listens there: it certainly did not happen.
                end(number, () -> {});
                return;
            }
            SimulatedProcess process = member.process().orElseThrow();
            if (pending.request() instanceof Request.LocalGet local) {
                if (process.isPaused()) {
                    end(number, () -> {});
                } else {
                    MvccStore store = member.store().orElseThrow();
                    Result result = read(store, identity.caller(store.auth()), local.range());
                    if (result instanceof Result.RangeResult shown) {
                        localReads.answered(member.id(), member.starts(), local.key(), shown);
                    }
                    agenda.after(way(random), () -> receive(pending, number, result, null));
                }
                return;
            }
            CompletableFuture<Void> unused = answer(member, pending.request()).handle((result, failure) -> {
                // What a dead process had to say never leaves it.
                if (process.isAlive()) {
                    agenda.after(way(random), () -> receive(pending, number, result, failure));
                }
                return null;
            });
        }

        private CompletableFuture<Result> answer(SimulatedMember member, Request asked) {
            MvccStore known = member.store().orElseThrow();
            return switch (asked) {
                case Request.Write write -> member.propose(write.encoded(command -> identity.signed(command, known)));
                case Request.Read read -> {
                    Caller caller = identity.caller(known.auth());
                    yield member.node()
                            .orElseThrow()
                            .readIndex()
                            .thenApply(index -> read(member.store().orElseThrow(), caller, read.range()));
                }
                case Request.LocalGet local -> throw new IllegalStateException("a local read needs no node: " + local);
            };
        }

        /** Reads, if the users and roles that are in force at the member by now let the caller. */
        private Result read(MvccStore store, Caller caller, Range range) {
            if (!store.auth().isEnabled()) {
                return answered(store, range);
            }
            Optional<KvError> error = store.access(caller).operation(range);
            observer.told(new ClientNews.ReadJudged(store.appliedIndex(), caller, range, error));
            return error.isPresent() ? new Result.Rejected(error.get()) : answered(store, range);
        }

        /** As a member does it: at once if that can be. */
        private static Result answered(MvccStore store, Range range) {
            return store.rangeAtOnce(range).orElseGet(() -> store.range(range));
        }

        private void receive(Pending pending, long number, @Nullable Result result, @Nullable Throwable failure) {
            if (result != null) {
                end(number, () -> answered(pending, result));
            } else if (CertainFailure.is(failure)) {
                end(number, () -> {});
            } else {
                giveUp(pending, number);
            }
        }

        private void answered(Pending pending, Result result) {
            identity.answered(result);
            if (pending.request() instanceof Request.LocalGet) {
                // It may be old: it tells nothing about what is.
                completed++;
                return;
            }
            observer.answered(id, result);
            boolean succeeded = pending.request().isAnsweredBy(result);
            if (succeeded || result instanceof Result.Rejected) {
                // A write that is refused has gone through the log all the same.
                completed++;
                written += pending.request() instanceof Request.Write ? 1 : 0;
            }
            if (succeeded) {
                draw.learn(pending.request(), result);
                history.succeeded(pending, result, agenda.now());
            }
        }

        /** Those who belong to the cluster are to answer, and are asked on. */
        private void avoidWhoHasLeft(Pending unanswered) {
            boolean askedSince = unanswered.invokedNanos() >= healedAt;
            Optional<Configuration> members = cluster.configuration();
            if (askedSince && members.isPresent()) {
                askedLast.filter(id -> !members.get().members().contains(id)).ifPresent(silent::add);
            }
        }

        private void lostConnection(MemberId member) {
            if (waiting && askedLast.filter(member::equals).isPresent()) {
                long number = request;
                Pending pending = outstanding.orElseThrow();
                agenda.after(LEAST_WAY_NANOS, () -> giveUp(pending, number));
            }
        }

        private void giveUp(Pending pending, long number) {
            end(number, () -> {
                unknown++;
                avoidWhoHasLeft(pending);
                if (!(pending.request() instanceof Request.LocalGet)) {
                    history.unknown(pending);
                }
                again = perseverance.asksAgain() ? Optional.of(pending.request()) : Optional.empty();
            });
        }

        /** Only what ends a request first counts. */
        private void end(long number, Runnable how) {
            if (waiting && number == request) {
                waiting = false;
                how.run();
                think();
            }
        }
    }
}
