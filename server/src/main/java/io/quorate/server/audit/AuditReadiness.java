package io.quorate.server.audit;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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

    /** Members say it anew so often, and one that has not said it for longer may have another release by now. */
    private static final Duration REPEAT = Duration.ofSeconds(2);

    private static final Duration GOOD_FOR = Duration.ofSeconds(10);

    /** A leader hears of members soon after it began; whoever asks then waits for so long, and nobody does later. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private final MemberId self;
    private final Supplier<CoreStatus> status;
    private final BooleanSupplier begun;
    private final Function<ByteBuffer, CompletableFuture<Optional<ByteBuffer>>> leader;
    private final LongSupplier nanoTime;
    private final Executor pause;
    private final Map<MemberId, Long> heard = new ConcurrentHashMap<>();

    /** Guarded by this, as all below. */
    private Told told = new Told(Optional.empty(), 0);

    private long toldSince;
    private Optional<Long> tellsAgain = Optional.empty();
    private Optional<Boolean> all = Optional.empty();
    private Optional<Throwable> silence = Optional.empty();

    private record Told(Optional<MemberId> leader, long term) {}

    /**
     * @param begun whether there is nothing to find out any more
     * @param leader asks it
     * @param timer does what has to wait; not a pool that others may keep busy, for clients wait for it
     */
    public AuditReadiness(
            MemberId self,
            Supplier<CoreStatus> status,
            BooleanSupplier begun,
            Function<ByteBuffer, CompletableFuture<Optional<ByteBuffer>>> leader,
            LongSupplier nanoTime,
            ScheduledExecutorService timer) {
        this.self = self;
        this.status = status;
        this.begun = begun;
        this.leader = leader;
        this.nanoTime = nanoTime;
        this.pause = task -> {
            Future<?> unused = timer.schedule(task, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
        };
    }

    /** Whether a question is one of these. */
    public static boolean isOne(ByteBuffer question) {
        return question.hasRemaining() && question.get(question.position()) == CODE;
    }

    /** Says to the leader that this member knows of records, and hears whether all do; to be called now and then. */
    public void look() {
        CoreStatus now = status.get();
        Told present = new Told(now.leader(), now.term());
        if (!begun.getAsBoolean() && isToBeTold(present)) {
            var unused = ask().whenComplete((answer, failure) -> answered(present, answer, failure));
        }
    }

    private synchronized boolean isToBeTold(Told present) {
        long now = nanoTime.getAsLong();
        if (!present.equals(told)) {
            told = present;
            toldSince = now;
            tellsAgain = Optional.empty();
            all = Optional.empty();
            silence = Optional.empty();
        }
        boolean due = tellsAgain.isEmpty() || now - tellsAgain.get() >= 0;
        if (present.leader().isEmpty() || !due) {
            return false;
        }
        tellsAgain = Optional.of(now + (isPatient(now) ? PAUSE : REPEAT).toNanos());
        return true;
    }

    private boolean isPatient(long now) {
        return now - toldSince < PATIENCE.toNanos();
    }

    private synchronized void answered(Told asked, @Nullable Boolean answer, @Nullable Throwable failure) {
        if (asked.equals(told)) {
            silence = Optional.ofNullable(failure);
            all = Optional.of(Boolean.TRUE.equals(answer));
        }
    }

    private CompletableFuture<Boolean> ask() {
        ByteBuffer question = ByteBuffer.allocate(2 + Long.BYTES)
                .put(CODE)
                .put(FORM)
                .putLong(self.value())
                .flip();
        return leader.apply(question)
                // A leader that cannot tell is one of an earlier release.
                .thenApply(answer -> answer.filter(ByteBuffer::hasRemaining)
                        .map(is -> is.get(is.position()) == ALL)
                        .orElse(false));
    }

    /** Answers another member, as the leader. */
    public CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question) {
        ByteBuffer in = question.slice();
        if (in.remaining() < 2 + Long.BYTES || in.get() != CODE || in.get() != FORM) {
            throw new IllegalArgumentException("another member said that it knows of records in " + question.remaining()
                    + " bytes that this release does not know");
        }
        long member = in.getLong();
        long now = nanoTime.getAsLong();
        heard.put(new MemberId(member), now);
        heard.put(self, now);
        Configuration members = status.get().configuration();
        heard.keySet().retainAll(members.members());
        heard.values().removeIf(since -> now - since > GOOD_FOR.toNanos());
        boolean all = members.members().stream().allMatch(one -> members.isWitness(one) || heard.containsKey(one));
        return CompletableFuture.completedFuture(
                Optional.of(ByteBuffer.allocate(1).put(all ? ALL : 0).flip()));
    }

    /** Whether all have said so. Waits a little while there is no leader, or one that has only just begun to hear of it. */
    public CompletableFuture<Boolean> ready() {
        look();
        synchronized (this) {
            if (begun.getAsBoolean() || all.orElse(false)) {
                return CompletableFuture.completedFuture(true);
            }
            if (!isPatient(nanoTime.getAsLong())) {
                // That nobody leads, or answers, says nothing of releases: whoever asks tries again.
                Optional<Throwable> unheard = told.leader().isEmpty()
                        ? Optional.of(new IllegalStateException("there is no leader for now"))
                        : silence;
                return unheard.<CompletableFuture<Boolean>>map(CompletableFuture::failedFuture)
                        .orElseGet(() -> CompletableFuture.completedFuture(false));
            }
        }
        return CompletableFuture.supplyAsync(() -> self, pause).thenCompose(waited -> ready());
    }
}
