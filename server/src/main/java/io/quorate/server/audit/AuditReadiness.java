package io.quorate.server.audit;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Finds out whether every member that holds data has a release that knows of records: until then nothing is put on record, since a member that
 * does not would come to another state than the others. Thread-safe.
 *
 * <p>Each member says so to whoever leads, once for each leader; the leader knows when it has heard all of them. What is said is a question, as
 * members' applications reach the leader's: {@code byte code, byte form (1), long member}; the answer is one byte, 1 if all have said so. A leader
 * of an earlier release cannot tell.
 */
public final class AuditReadiness {

    /** With this a question begins that is one of these, and no other. */
    private static final byte CODE = 18;

    private static final byte FORM = 1;
    private static final byte ALL = 1;

    /** A member that has just started says it soon. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(100);

    /** After it was told that some member has not said so, nobody is kept waiting again for so long. */
    private static final Duration REST = Duration.ofSeconds(10);

    /** How long after a leader that cannot tell is it told again. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final MemberId self;
    private final Supplier<CoreStatus> status;
    private final BooleanSupplier begun;
    private final Function<ByteBuffer, CompletableFuture<Optional<ByteBuffer>>> leader;
    private final LongSupplier nanoTime;
    private final Executor pause;
    private final Set<MemberId> heard = ConcurrentHashMap.newKeySet();
    private volatile Told told = new Told(Optional.empty(), 0);
    private volatile Optional<Long> asksAgain = Optional.empty();
    private volatile Optional<Long> waitsAgain = Optional.empty();

    private record Answered(boolean all, Optional<Throwable> failure) {}

    private record Told(Optional<MemberId> leader, long term) {}

    /**
     * @param begun whether there is nothing to find out any more
     * @param leader asks it
     */
    public AuditReadiness(
            MemberId self,
            Supplier<CoreStatus> status,
            BooleanSupplier begun,
            Function<ByteBuffer, CompletableFuture<Optional<ByteBuffer>>> leader,
            LongSupplier nanoTime) {
        this.self = self;
        this.status = status;
        this.begun = begun;
        this.leader = leader;
        this.nanoTime = nanoTime;
        this.pause = CompletableFuture.delayedExecutor(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether a question is one of these. */
    public static boolean isOne(ByteBuffer question) {
        return question.hasRemaining() && question.get(question.position()) == CODE;
    }

    /** Says to the leader what this member knows, if it has not; to be called now and then. */
    public void look() {
        CoreStatus now = status.get();
        Told present = new Told(now.leader(), now.term());
        boolean rests = asksAgain.filter(at -> at - nanoTime.getAsLong() > 0).isPresent();
        if (begun.getAsBoolean() || present.leader().isEmpty() || present.equals(told) || rests) {
            return;
        }
        asksAgain = Optional.of(nanoTime.getAsLong() + RETRY.toNanos());
        var unused = ask().whenComplete((all, failure) -> {
            if (failure == null && all.isPresent()) {
                told = present;
                asksAgain = Optional.empty();
            }
        });
    }

    private CompletableFuture<Optional<Boolean>> ask() {
        ByteBuffer question = ByteBuffer.allocate(2 + Long.BYTES)
                .put(CODE)
                .put(FORM)
                .putLong(self.value())
                .flip();
        return leader.apply(question)
                .thenApply(answer -> answer.filter(ByteBuffer::hasRemaining).map(is -> is.get(is.position()) == ALL));
    }

    /** Answers another member, as the leader. */
    public CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question) {
        ByteBuffer in = question.slice();
        if (in.remaining() < 2 + Long.BYTES || in.get() != CODE || in.get() != FORM) {
            throw new IllegalArgumentException("another member said that it knows of records in " + question.remaining()
                    + " bytes that this release does not know");
        }
        long member = in.getLong();
        if (member != 0) {
            heard.add(new MemberId(member));
        }
        heard.add(self);
        Configuration members = status.get().configuration();
        heard.retainAll(members.members());
        boolean all = members.members().stream().allMatch(one -> members.isWitness(one) || heard.contains(one));
        return CompletableFuture.completedFuture(
                Optional.of(ByteBuffer.allocate(1).put(all ? ALL : 0).flip()));
    }

    /** Whether all have said so; waits a little for those that have only just started. */
    public CompletableFuture<Boolean> ready() {
        long now = nanoTime.getAsLong();
        boolean patient = waitsAgain.filter(at -> at - now > 0).isEmpty();
        return ready(patient ? now + PATIENCE.toNanos() : now);
    }

    private CompletableFuture<Boolean> ready(long deadline) {
        return ask().handle((all, failure) ->
                        new Answered(failure == null && all.orElse(false), Optional.ofNullable(failure)))
                .thenCompose(answered -> next(answered, deadline));
    }

    /** That nobody answers says nothing of releases: whoever asks tries again. */
    private CompletableFuture<Boolean> next(Answered answered, long deadline) {
        if (begun.getAsBoolean() || answered.all()) {
            return CompletableFuture.completedFuture(true);
        }
        if (nanoTime.getAsLong() - deadline < 0) {
            return CompletableFuture.supplyAsync(() -> deadline, pause).thenCompose(this::ready);
        }
        if (answered.failure().isPresent()) {
            return CompletableFuture.failedFuture(answered.failure().get());
        }
        waitsAgain = Optional.of(nanoTime.getAsLong() + REST.toNanos());
        return CompletableFuture.completedFuture(false);
    }
}
