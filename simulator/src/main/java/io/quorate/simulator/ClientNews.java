package io.quorate.simulator;

import io.quorate.kv.Caller;
import io.quorate.kv.KvError;
import io.quorate.kv.Lease;
import io.quorate.kv.Range;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.WatchRequest;
import java.util.Optional;

/** What clients that watch, hold leases, or say who they are learn from the members, and is worth being judged. */
public sealed interface ClientNews {

    /**
     * A client watches from a revision on: where it began, or after what it has seen, if it was cut off from where it
     * watched before.
     *
     * @param watch which of the run's watches
     */
    record WatchBegun(long watch, WatchRequest request, long fromRevision) implements ClientNews {}

    /** A watch was answered. */
    record WatchAnswered(long watch, WatchAnswer answer) implements ClientNews {}

    /** A watch was told that it has seen everything up to a revision. */
    record WatchProgressed(long watch, long revision) implements ClientNews {}

    /** Nobody watches any more; what was told last is all. */
    record WatchEnded(long watch) implements ClientNews {}

    /**
     * A lease was granted or renewed: it must last its whole time from then on.
     *
     * @param fromNanos when the member that answered got the request
     */
    record LeasePromised(Lease lease, long fromNanos) implements ClientNews {}

    /** A client was told that there is no such lease any more. */
    record LeaseGone(Lease lease) implements ClientNews {}

    /**
     * A member has read for a client, or has refused to.
     *
     * @param appliedIndex where the member stood
     * @param error why it has refused
     */
    record ReadJudged(long appliedIndex, Caller caller, Range range, Optional<KvError> error) implements ClientNews {}
}
