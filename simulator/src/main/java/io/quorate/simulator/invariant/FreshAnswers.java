package io.quorate.simulator.invariant;

import io.quorate.kv.Result;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a client is answered is at or above the revision of every answer that anybody had before the client asked
 * (linearizability as far as revisions go; invariant 11, from the client's side). It holds for every member that answers,
 * and costs one comparison; the whole of linearizability is judged from the histories at the end.
 */
final class FreshAnswers implements Invariant {

    private long acknowledged;

    /** By client: what was acknowledged when it asked. */
    private final Map<Integer, Long> whenAsked = new HashMap<>();

    @Override
    public void asked(int client) {
        whenAsked.put(client, acknowledged);
    }

    @Override
    public void answered(int client, Result result) {
        OptionalLong revision = revision(result);
        if (revision.isEmpty()) {
            return;
        }
        long before = whenAsked.getOrDefault(client, 0L);
        if (revision.getAsLong() < before) {
            throw violated("client " + client + " is answered " + result + ", though revision " + before
                    + " was acknowledged before it asked");
        }
        acknowledged = Math.max(acknowledged, revision.getAsLong());
    }

    private static OptionalLong revision(Result result) {
        return switch (result) {
            case Result.PutResult put -> OptionalLong.of(put.revision());
            case Result.DeleteRangeResult delete -> OptionalLong.of(delete.revision());
            case Result.RangeResult range -> OptionalLong.of(range.revision());
            case Result.TxnResult txn -> OptionalLong.of(txn.revision());
            default -> OptionalLong.empty();
        };
    }
}
