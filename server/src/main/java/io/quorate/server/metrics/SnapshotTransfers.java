package io.quorate.server.metrics;

import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How far this member is with the snapshots that it sends to others. Thread-safe. */
public final class SnapshotTransfers {

    /** A transfer of which no piece was sent for this long is not under way. */
    private static final long GIVEN_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

    /**
     * A snapshot on its way.
     *
     * @param snapshotIndex the last index that it covers
     * @param doneBytes what was sent of it, of {@code totalBytes}
     */
    public record Transfer(MemberId to, long snapshotIndex, long doneBytes, long totalBytes) {}

    private record Piece(Transfer transfer, long sentNanos) {}

    private final LongSupplier nanoTime;
    private final Map<MemberId, Piece> last = new ConcurrentHashMap<>();

    /** @param nanoTime a monotonic clock */
    public SnapshotTransfers(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void pieceSent(Transfer transfer) {
        last.put(transfer.to(), new Piece(transfer, nanoTime.getAsLong()));
    }

    /** Those that are under way, by member. One that was sent to its end is told for a while: it is being installed. */
    public List<Transfer> underWay() {
        long now = nanoTime.getAsLong();
        last.values().removeIf(piece -> now - piece.sentNanos() > GIVEN_UP_NANOS);
        return last.values().stream()
                .map(Piece::transfer)
                .sorted((one, other) -> one.to().compareTo(other.to()))
                .toList();
    }
}
