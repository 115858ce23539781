package io.quorate.simulator.workload;

import io.quorate.kv.Bytes;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.simulator.history.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A part of a transaction, both as the store understands it and as it stands in a history. */
sealed interface Step {

    Operation operation();

    /** What it is in a history: whatever it shows of what was there comes first, as reads. */
    List<Action.Step> actions();

    /** What those reads saw, by the answer. */
    List<Optional<String>> seen(Result answer);

    /** Puts a value, and perhaps shows the one before. */
    record PutKey(String key, String value, boolean prevKv) implements Step {
        @Override
        public Put operation() {
            return new Put(Bytes.utf8(key), Bytes.utf8(value), 0, prevKv, false, false);
        }

        @Override
        public List<Action.Step> actions() {
            Action.Step write = new Action.Write(key, value);
            return prevKv ? List.of(new Action.Read(key, Optional.empty()), write) : List.of(write);
        }

        @Override
        public List<Optional<String>> seen(Result answer) {
            return prevKv
                    ? List.of(((Result.PutResult) answer)
                            .prev()
                            .map(kv -> kv.value().toUtf8()))
                    : List.of();
        }
    }

    /** Deletes a range that can hold no other keys than those listed, and perhaps shows what it held. */
    record DeleteKeys(String from, String to, List<String> keys, boolean prevKv) implements Step {
        public DeleteKeys {
            keys = List.copyOf(keys);
        }

        @Override
        public DeleteRange operation() {
            return new DeleteRange(Bytes.utf8(from), Bytes.utf8(to), prevKv);
        }

        @Override
        public List<Action.Step> actions() {
            List<Action.Step> actions = new ArrayList<>(prevKv ? reads(keys) : List.of());
            keys.forEach(key -> actions.add(new Action.Delete(key)));
            return actions;
        }

        @Override
        public List<Optional<String>> seen(Result answer) {
            return prevKv ? values(keys, ((Result.DeleteRangeResult) answer).prevKvs()) : List.of();
        }
    }

    /** Reads a range that can hold no other keys than those listed. */
    record ReadKeys(String from, String to, List<String> keys) implements Step {
        public ReadKeys {
            keys = List.copyOf(keys);
        }

        @Override
        public Range operation() {
            return Range.of(Bytes.utf8(from), Bytes.utf8(to));
        }

        @Override
        public List<Action.Step> actions() {
            return reads(keys);
        }

        @Override
        public List<Optional<String>> seen(Result answer) {
            return values(keys, ((Result.RangeResult) answer).kvs());
        }
    }

    private static List<Action.Step> reads(List<String> keys) {
        List<Action.Step> reads = new ArrayList<>(keys.size());
        for (String key : keys) {
            reads.add(new Action.Read(key, Optional.empty()));
        }
        return reads;
    }

    private static List<Optional<String>> values(List<String> keys, List<KeyValue> held) {
        List<Optional<String>> values = new ArrayList<>(keys.size());
        for (String key : keys) {
            values.add(value(Bytes.utf8(key), held));
        }
        return values;
    }

    private static Optional<String> value(Bytes key, List<KeyValue> held) {
        for (KeyValue kv : held) {
            if (kv.key().equals(key)) {
                return Optional.of(kv.value().toUtf8());
            }
        }
        return Optional.empty();
    }
}
