package io.quorate.server.audit;

import io.quorate.kv.Result;
import java.util.concurrent.CompletableFuture;

/** Why events never will be on record, however often they are proposed. */
final class NeverOnRecord extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final boolean nobodyWaits;

    private NeverOnRecord(boolean nobodyWaits, String why) {
        super(why, null, false, false);
        this.nobodyWaits = nobodyWaits;
    }

    /** Some member's release knows of no records: what they would tell of goes on without. */
    static NeverOnRecord begun() {
        return new NeverOnRecord(true, "some member has not said yet that its release keeps an audit log");
    }

    /** No member takes them, as all decide alike. */
    static NeverOnRecord refused(Result.Rejected result) {
        return new NeverOnRecord(false, "the members have refused them: " + result.error());
    }

    /** Tells whoever waits for an event to be on record. */
    void tell(CompletableFuture<Void> onRecord) {
        boolean unused = nobodyWaits ? onRecord.complete(null) : onRecord.completeExceptionally(this);
    }
}
