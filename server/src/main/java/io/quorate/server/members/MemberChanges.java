package io.quorate.server.members;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.core.CoreStatus;
import io.quorate.core.Rejection;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.LeaderAnswers;
import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.server.wire.EtcdError;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes of members for this member's clients: where it leads by itself, one after the other, and else by asking the
 * member that leads. Thread-safe.
 */
public final class MemberChanges implements LeaderAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(MemberChanges.class);
    private static final long RETRY_MILLIS = 100;

    private final RaftNode<?> node;
    private final MvccStore store;
    private final ServerTiming timing;
    private final ScheduledExecutorService timer;

    /** What those wait for that come later: a change that is judged must see what the one before it has led to. */
    private CompletableFuture<?> latest = CompletableFuture.completedFuture(null);

    /**
     * Changes made by this member.
     *
     * @param store knows which members were started
     */
    public MemberChanges(RaftNode<?> node, MvccStore store, ServerTiming timing, ScheduledExecutorService timer) {
        this.node = node;
        this.store = store;
        this.timing = timing;
        this.timer = timer;
    }

    /**
     * Makes a change, or has it made by the member that leads.
     *
     * @return fails with {@link StatusRuntimeException} if it is refused, and with {@link RaftException} if no leader could be found
     *     or the outcome is not known
     */
    public CompletableFuture<Changed> make(MemberChange change) {
        return ask(change, System.nanoTime() + timing.patience().toNanos());
    }

    private CompletableFuture<Changed> ask(MemberChange change, long deadlineNanos) {
        return node.askLeader(change.encoded())
                .exceptionallyCompose(failure -> failure instanceof RaftException.Refused
                        ? CompletableFuture.completedFuture(Optional.empty())
                        : CompletableFuture.failedFuture(failure))
                .thenCompose(answer -> {
                    if (answer.isPresent()) {
                        return CompletableFuture.completedFuture(Changed.decode(answer.get()));
                    }
                    // Nobody leads, or whoever was asked did not, and has done nothing.
                    return isOver(deadlineNanos)
                            ? CompletableFuture.failedFuture(new RaftException.Refused(Rejection.NO_LEADER))
                            : later(() -> ask(change, deadlineNanos));
                });
    }

    private static boolean isOver(long deadlineNanos) {
        return System.nanoTime() - deadlineNanos >= 0;
    }

    private <T> CompletableFuture<T> later(Supplier<CompletableFuture<T>> task) {
        Executor delayed = command -> {
            var unused = timer.schedule(command, RETRY_MILLIS, TimeUnit.MILLISECONDS);
        };
        return CompletableFuture.supplyAsync(() -> task, delayed).thenCompose(Supplier::get);
    }

    // ---- at the member that leads

    /** Carries out what another member, or this one, was asked for. Never fails: that would look as if nothing had been done. */
    @Override
    public CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question) {
        MemberChange change = MemberChange.decode(question);
        return inTurn(change).handle((changed, failure) -> {
            if (failure == null) {
                return Optional.of(changed.encoded());
            }
            Throwable cause = causeOf(failure);
            return switch (cause) {
                case StatusRuntimeException refused -> Optional.of(Changed.encoded(refused.getStatus()));
                case RaftException.Refused refused ->
                    refused.reason() == Rejection.NOT_LEADER || refused.reason() == Rejection.NO_LEADER
                            ? Optional.empty()
                            : Optional.of(Changed.encoded(EtcdError.UNHEALTHY.status()));
                case RaftException unknown -> Optional.of(Changed.unknown());
                default -> {
                    LOG.error("a change of members failed unexpectedly: {}", change, cause);
                    yield Optional.of(Changed.unknown());
                }
            };
        });
    }

    /**
     * Makes a change if this member leads, and else nothing: another leader would judge by what it sees itself.
     *
     * @return fails with {@link StatusRuntimeException} if it is refused, and with {@link RaftException} if this member does not lead
     *     or the outcome is not known
     */
    public CompletableFuture<Changed> makeHere(MemberChange change) {
        return inTurn(change);
    }

    /**
     * Hands leadership over as a step of an operation, if that has its place. It waits for its turn among the changes of members, so that
     * whoever breaks the operation off knows by a turn of its own that this one comes no more.
     *
     * @param operation its number
     * @return fails with {@link StatusRuntimeException} if the operation does not have its place, and with {@link RaftException} if this
     *     member does not lead or has not handed over
     */
    public synchronized CompletableFuture<Void> handOver(long operation, MemberId target) {
        CompletableFuture<Void> mine = latest.handle((before, failure) -> target)
                .thenCompose(next -> requirePlace(operation).thenCompose(held -> node.transferLeadership(next)))
                // Those behind it wait as long as for a change, be it that the node stops on the way.
                .orTimeout(timing.patience().toNanos(), TimeUnit.NANOSECONDS)
                .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
                        causeOf(failure) instanceof TimeoutException
                                ? new RaftException.OutcomeUnknown(false)
                                : causeOf(failure)));
        latest = mine;
        return mine;
    }

    private synchronized CompletableFuture<Changed> inTurn(MemberChange change) {
        long deadlineNanos = System.nanoTime() + timing.patience().toNanos();
        CompletableFuture<Changed> mine =
                latest.handle((before, failure) -> change).thenCompose(next -> carryOut(next, deadlineNanos));
        latest = mine;
        return mine;
    }

    private CompletableFuture<Changed> carryOut(MemberChange change, long deadlineNanos) {
        if (isOver(deadlineNanos)) {
            // Whoever asked has given up: what it does not wait for is not done.
            throw EtcdError.TIMEOUT.exception();
        }
        return node.inspect().thenCompose(status -> {
            if (status.role() != RoleName.LEADER) {
                throw new RaftException.Refused(Rejection.NOT_LEADER);
            }
            if (status.configuration().isJoint()) {
                return again(change, deadlineNanos);
            }
            return connected(change, status).thenCompose(connected -> {
                Configuration target = new MemberRules(status, started(), connected).outcome(change);
                return requirePlace(change)
                        .thenCompose(held -> changesNothing(change)
                                ? CompletableFuture.completedFuture(new Changed(target))
                                : propose(change, status.configuration(), target, deadlineNanos));
            });
        });
    }

    /** Whoever asks for no change wants to know whether the members are those that it names, and whatever was begun before is over. */
    private static boolean changesNothing(MemberChange change) {
        return change.itself() instanceof MemberChange.Together together
                && together.changes().isEmpty();
    }

    /**
     * Fails unless the operation that the change is a step of has its place, if it is one. This is the last thing before the change is
     * proposed, so that nothing is waited for in between; and as all changes wait for their turn here, whoever has broken the operation off
     * needs only ask for its own turn to know that none of that operation's steps comes any more.
     */
    private CompletableFuture<Void> requirePlace(MemberChange change) {
        return change instanceof MemberChange.Step step
                ? requirePlace(step.operation())
                : CompletableFuture.completedFuture(null);
    }

    private CompletableFuture<Void> requirePlace(long operation) {
        CompletableFuture<Long> upToDate = node.readIndex().exceptionallyCompose(failure -> {
            // Nothing was proposed yet, so that nothing is unknown.
            boolean noLeader =
                    failure instanceof RaftException.OutcomeUnknown || failure instanceof RaftException.Superseded;
            return CompletableFuture.failedFuture(noLeader ? new RaftException.Refused(Rejection.NOT_LEADER) : failure);
        });
        return upToDate.thenAccept(index -> {
            boolean held = store.operations().stream()
                    .anyMatch(known -> known.id() == operation && known.state() == ManagedOperation.State.RUNNING);
            if (!held) {
                throw Status.FAILED_PRECONDITION
                        .withDescription("etcdserver: operation " + operation
                                + " does not have its place any more, so that its step was not done: another operation"
                                + " has broken it off, or it is over")
                        .asRuntimeException();
            }
        });
    }

    /** Who is there, if that matters: whoever answers after the question has come. That takes about a heartbeat if all do. */
    private CompletableFuture<Set<MemberId>> connected(MemberChange change, CoreStatus status) {
        boolean matters = switch (change.itself()) {
            case MemberChange.Add add -> !add.learner();
            case MemberChange.Remove remove -> status.configuration().isVoter(remove.member());
            case MemberChange.Update update -> false;
            case MemberChange.Promote promote -> false;
            case MemberChange.Prefer prefer -> false;
            case MemberChange.Together together -> !together.changes().isEmpty();
            case MemberChange.Step step -> throw new IllegalStateException("a step is of something else");
        };
        return matters
                ? heardSince(System.nanoTime(), votersToBe(change))
                : CompletableFuture.completedFuture(Set.of());
    }

    private static Set<MemberId> votersToBe(MemberChange change) {
        return change.itself() instanceof MemberChange.Together together
                ? together.changes().stream()
                        .filter(MemberChange.Promote.class::isInstance)
                        .map(MemberChange.OfOne::member)
                        .collect(Collectors.toSet())
                : Set.of();
    }

    private CompletableFuture<Set<MemberId>> heardSince(long beginNanos, Set<MemberId> votersToBe) {
        return node.inspect().thenCompose(status -> {
            // Ticks fall behind time, more so under load: whoever fell silent just before is not to look as if it had
            // answered since.
            long ticks = (System.nanoTime() - beginNanos) / timing.tick().toNanos() / 2;
            Set<MemberId> heard = status.followers().stream()
                    .filter(follower -> follower.silentTicks() < ticks)
                    .map(CoreStatus.FollowerStatus::member)
                    .collect(Collectors.toCollection(TreeSet::new));
            heard.add(status.self());
            boolean all = heard.containsAll(status.configuration().voters()) && heard.containsAll(votersToBe);
            boolean enough = all
                    || System.nanoTime() - beginNanos
                            >= timing.electionTimeout().toNanos();
            return enough ? CompletableFuture.completedFuture(heard) : later(() -> heardSince(beginNanos, votersToBe));
        });
    }

    private Set<Long> started() {
        return store.members().stream()
                .filter(member -> !member.name().isEmpty())
                .map(PublishedMember::memberId)
                .collect(Collectors.toSet());
    }

    private CompletableFuture<Changed> propose(
            MemberChange change, Configuration before, Configuration target, long deadlineNanos) {
        CompletableFuture<Configuration> done = new CompletableFuture<>();
        var unused = node.changeMembership(before, target).whenComplete((configuration, failure) -> {
            if (failure == null) {
                done.complete(configuration);
            } else {
                done.completeExceptionally(failure);
            }
        });
        endInTime(done, deadlineNanos);
        if (addsAVoter(before, target)) {
            lookWhetherHeld(done, before, target, OptionalLong.empty());
        }
        return done.thenApply(Changed::new).exceptionallyCompose(failure -> {
            Throwable cause = causeOf(failure);
            return cause instanceof RaftException.Refused refused && mayPass(refused.reason())
                    ? again(change, deadlineNanos)
                    : CompletableFuture.failedFuture(cause);
        });
    }

    private static Throwable causeOf(Throwable failure) {
        return failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
    }

    private static boolean mayPass(Rejection reason) {
        return switch (reason) {
            case CHANGE_IN_PROGRESS, NOTHING_COMMITTED_YET, TRANSFER_IN_PROGRESS -> true;
            case NOT_LEADER,
                    NO_LEADER,
                    BAD_CONFIGURATION,
                    BAD_TRANSFER_TARGET,
                    TRANSFER_TARGET_NOT_READY,
                    TOO_MANY_UNCOMMITTED,
                    NO_ROOM -> false;
        };
    }

    /** Another change is under way, or the leader is new. */
    private CompletableFuture<Changed> again(MemberChange change, long deadlineNanos) {
        if (isOver(deadlineNanos)) {
            throw EtcdError.UNHEALTHY.exception();
        }
        return later(() -> carryOut(change, deadlineNanos));
    }

    private static boolean addsAVoter(Configuration before, Configuration after) {
        return !before.voters().containsAll(after.voters());
    }

    /** A leader whose followers' disks hang keeps its leadership, and commits nothing: others wait for their turn. */
    private void endInTime(CompletableFuture<Configuration> done, long deadlineNanos) {
        Future<?> end = timer.schedule(
                () -> done.completeExceptionally(new RaftException.OutcomeUnknown(false)),
                Math.max(0, deadlineNanos - System.nanoTime()),
                TimeUnit.NANOSECONDS);
        var unused = done.whenComplete((configuration, failure) -> end.cancel(false));
    }

    /**
     * A new voter counts at once, and may be needed for its own entry to be committed: with one member before it always is. It is
     * started when its addition is known to have been made, though; so that is said, as in etcd, when the voters of before have the
     * entry durably. It cannot be lost then: whoever wins an election needs a vote of one that has it, with one voter more as well.
     *
     * @param entry an index that is not before the entry's, once that is known to be there
     */
    private void lookWhetherHeld(
            CompletableFuture<Configuration> done, Configuration before, Configuration target, OptionalLong entry) {
        if (done.isDone()) {
            return;
        }
        var unused = node.inspect().thenAccept(status -> {
            boolean inForce = status.configuration().equals(target);
            OptionalLong known =
                    entry.isEmpty() && inForce ? OptionalLong.of(status.last().index()) : entry;
            if (inForce && known.isPresent() && isHeld(status, before, known.getAsLong())) {
                done.complete(target);
            } else {
                lookAgain(done, before, target, known);
            }
        });
    }

    private void lookAgain(
            CompletableFuture<Configuration> done, Configuration before, Configuration target, OptionalLong entry) {
        var unused =
                timer.schedule(() -> lookWhetherHeld(done, before, target, entry), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Whether a majority of them has what the leader has up to an index. */
    private static boolean isHeld(CoreStatus leader, Configuration voters, long index) {
        long holding = voters.voters().stream()
                .filter(voter -> reached(leader, voter) >= index)
                .count();
        return leader.role() == RoleName.LEADER && holding > voters.voters().size() / 2;
    }

    private static long reached(CoreStatus leader, MemberId voter) {
        if (voter.equals(leader.self())) {
            return leader.syncedIndex();
        }
        return leader.followers().stream()
                .filter(follower -> follower.member().equals(voter))
                .mapToLong(CoreStatus.FollowerStatus::matchIndex)
                .findFirst()
                .orElse(0);
    }
}
