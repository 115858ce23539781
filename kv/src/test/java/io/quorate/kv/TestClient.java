package io.quorate.kv;

import io.quorate.kv.Result.DeleteRangeResult;
import io.quorate.kv.Result.PutResult;
import io.quorate.kv.Result.RangeResult;
import io.quorate.kv.Result.Rejected;
import io.quorate.kv.Result.TxnResult;
import java.util.List;

/** Applies commands one by one to a store, as if each had come through the log. */
final class TestClient {
    final MvccStore store;

    TestClient(MvccStore store) {
        this.store = store;
    }

    static TestClient onHeap() {
        return new TestClient(MvccStore.open(new HeapStore()));
    }

    static Bytes b(String text) {
        return Bytes.utf8(text);
    }

    Result apply(Command command) {
        long index = store.appliedIndex() + 1;
        return store.apply(List.of(LoggedCommand.of(index, command)), index).getFirst();
    }

    PutResult put(String key, String value) {
        return (PutResult) apply(Put.of(b(key), b(value)));
    }

    DeleteRangeResult delete(String key) {
        return (DeleteRangeResult) apply(DeleteRange.of(b(key)));
    }

    TxnResult txn(List<Compare> compares, List<Operation> success, List<Operation> failure) {
        return (TxnResult) apply(new Txn(compares, success, failure));
    }

    KvError rejected(Command command) {
        return ((Rejected) apply(command)).error();
    }

    RangeResult range(Range range) {
        return (RangeResult) store.range(range);
    }

    RangeResult all() {
        return range(Range.of(b("\0"), b("\0")));
    }

    KeyValue get(String key) {
        return range(Range.of(b(key))).kvs().getFirst();
    }

    KvError rejected(Range range) {
        return ((Rejected) store.range(range)).error();
    }

    void removeAllCompacted() {
        while (store.removeCompacted()) {
            // the next chunk
        }
    }
}
