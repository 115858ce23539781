package io.quorate.kv;

import java.nio.file.Path;
import java.util.List;

/**
 * The replicated key-value store: applies committed commands in log order, and answers reads at any revision that has
 * not been compacted.
 *
 * <p>{@link #apply}, {@link #restoreFrom} and {@link #close} belong to one thread at a time, the applier's; everything
 * else may be called from any thread meanwhile, and sees the state between two batches.
 */
public interface MvccStore extends AutoCloseable {

    /** The index of the last log entry whose effect the store holds; 0 if there is none. */
    long appliedIndex();

    /** The revision of the last change; 1 if there was none. */
    long currentRevision();

    /** The oldest revision that can be read; -1 as long as nothing was compacted. */
    long compactedRevision();

    /**
     * Applies commands in order, atomically together with the index that they reach.
     *
     * @param commands their indexes rise, and are greater than {@link #appliedIndex}
     * @param lastIndex the log index reached, at least that of the last command; greater if entries without a command
     *     follow it
     * @return one result for each command
     */
    List<Result> apply(List<LoggedCommand> commands, long lastIndex);

    /** Reads; the result is a {@link Result.RangeResult} or a {@link Result.Rejected}. */
    Result range(Range range);

    /**
     * Does a transaction that only reads; the result is a {@link Result.TxnResult} or a {@link Result.Rejected}.
     *
     * @throws IllegalArgumentException if it is not {@link Txn#isReadOnly}
     */
    Result read(Txn txn);

    /** The active alarms. */
    List<Alarm> alarms();

    /** What members have published about themselves. */
    List<PublishedMember> members();

    /**
     * Removes a bounded amount of history that a {@link Compact} gave up; call it, from any one thread, until it answers
     * false.
     *
     * @return whether there is more to remove
     */
    boolean removeCompacted();

    long sizeBytes();

    long sizeInUseBytes();

    /** Returns once all that was applied survives a crash without being applied again. */
    void flush();

    /** Writes a snapshot, consistent and durable, into a directory that is empty or does not exist; writes go on. */
    void checkpointTo(Path emptyDirectory);

    /** Replaces everything by a snapshot that this or another member wrote with {@link #checkpointTo}. */
    void restoreFrom(Path checkpoint);

    @Override
    void close();
}
