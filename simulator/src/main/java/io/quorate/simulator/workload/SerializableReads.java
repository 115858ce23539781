package io.quorate.simulator.workload;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Result;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What members answered from what they had, asked for no more: one life of a member never goes back in revision, and at the
 * same revision all members show the same.
 */
final class SerializableReads {

    private record Life(MemberId member, int start) {}

    private record Moment(String key, long revision) {}

    private final Map<Life, Long> latest = new HashMap<>();
    private final Map<Moment, List<KeyValue>> shown = new HashMap<>();
    private Optional<String> violation = Optional.empty();

    /** @param start which of the member's lives it was */
    void answered(MemberId member, int start, String key, Result.RangeResult answer) {
        long before = latest.merge(new Life(member, start), answer.revision(), Math::max);
        if (answer.revision() < before) {
            report("member " + member + " answers at revision " + answer.revision() + ", after it had at " + before);
        }
        List<KeyValue> other = shown.putIfAbsent(new Moment(key, answer.revision()), answer.kvs());
        if (other != null && !other.equals(answer.kvs())) {
            report("at revision " + answer.revision() + " member " + member + " shows " + answer.kvs() + " for " + key
                    + ", and another " + other);
        }
    }

    private void report(String what) {
        if (violation.isEmpty()) {
            violation = Optional.of(what);
        }
    }

    /** @throws InvariantViolation if something was answered that must not be */
    void judge() {
        if (violation.isPresent()) {
            throw new InvariantViolation("serializable reads", violation.get());
        }
    }
}
