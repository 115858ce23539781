package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is refused before it is proposed. */
class RequestCheckTest {

    @Test
    void anEmptyKeyIsRefusedEverywhere() {
        Bytes none = Bytes.empty();
        assertThat(RequestCheck.check(Range.of(none))).hasValue(KvError.KEY_NOT_PROVIDED);
        assertThat(RequestCheck.check(Put.of(none, b("1")))).hasValue(KvError.KEY_NOT_PROVIDED);
        assertThat(RequestCheck.check(DeleteRange.of(none))).hasValue(KvError.KEY_NOT_PROVIDED);
        Compare compare = Compare.of(none, new Compare.Version(1), Compare.Outcome.EQUAL);
        assertThat(check(new Txn(List.of(compare), List.of(), List.of()))).hasValue(KvError.KEY_NOT_PROVIDED);
        assertThat(check(success(success(Range.of(none))))).hasValue(KvError.KEY_NOT_PROVIDED);
        assertThat(check(new Txn(List.of(), List.of(), List.of(Put.of(none, none)))))
                .hasValue(KvError.KEY_NOT_PROVIDED);
    }

    @Test
    void whatIsToBeIgnoredMustNotBeProvided() {
        assertThat(RequestCheck.check(new Put(b("a"), b("1"), 0, false, true, false)))
                .hasValue(KvError.VALUE_PROVIDED);
        assertThat(RequestCheck.check(new Put(b("a"), b(""), 1, false, false, true)))
                .hasValue(KvError.LEASE_PROVIDED);
        assertThat(RequestCheck.check(new Put(b("a"), b(""), 0, false, true, true)))
                .isEmpty();
    }

    @Test
    void atMostSoManyComparesAndOperationsOfABranchAreAllowed() {
        Operation range = Range.of(b("a"));
        Compare compare = Compare.of(b("a"), new Compare.Version(1), Compare.Outcome.EQUAL);
        List<Operation> most = Collections.nCopies(128, range);
        List<Operation> tooMany = Collections.nCopies(129, range);
        assertThat(check(new Txn(Collections.nCopies(128, compare), most, most)))
                .isEmpty();
        assertThat(check(new Txn(List.of(), tooMany, List.of()))).hasValue(KvError.TOO_MANY_OPERATIONS);
        assertThat(check(new Txn(List.of(), List.of(), tooMany))).hasValue(KvError.TOO_MANY_OPERATIONS);
        assertThat(check(new Txn(Collections.nCopies(129, compare), List.of(), List.of())))
                .hasValue(KvError.TOO_MANY_OPERATIONS);
    }

    @Test
    void nestedTransactionsGetTheRemainder() {
        assertThat(RequestCheck.check(success(success(Range.of(b("a")), Range.of(b("b")))), 3))
                .isEmpty();
        assertThat(RequestCheck.check(success(success(Range.of(b("a")), Range.of(b("b")))), 2))
                .hasValue(KvError.TOO_MANY_OPERATIONS);
    }

    @Test
    void nestingIsBoundedHoweverManyOperationsAreAllowed() {
        Txn txn = success(Range.of(b("a")));
        for (int depth = 1; depth < CommandCodec.MAX_TXN_DEPTH; depth++) {
            txn = success(txn);
        }
        assertThat(RequestCheck.check(txn, Integer.MAX_VALUE)).isEmpty();
        assertThat(RequestCheck.check(success(txn), Integer.MAX_VALUE)).hasValue(KvError.TOO_MANY_OPERATIONS);
    }

    @Test
    void theSameKeyMustNotBePutTwice() {
        assertDuplicate(success(put("a"), put("a")));
        assertDuplicate(success(put("a"), success(put("a"))));
        assertDuplicate(success(success(put("a")), success(put("a"))));
        assertDuplicate(new Txn(List.of(), List.of(), List.of(put("a"), put("a"))));
        assertAllowed(success(put("a"), put("b"), success(put("c"))));
        assertAllowed(new Txn(List.of(), List.of(put("a")), List.of(put("a"))));
    }

    @Test
    void noKeyMustBePutInARangeThatIsDeleted() {
        assertDuplicate(success(put("b"), DeleteRange.of(b("a"), b("c"))));
        assertDuplicate(success(put("a"), DeleteRange.of(b("a"))));
        assertDuplicate(success(put("b"), DeleteRange.of(b("a"), b("\0"))));
        assertDuplicate(success(success(put("b")), DeleteRange.of(b("a"), b("c"))));
        assertDuplicate(success(success(DeleteRange.of(b("a"), b("c"))), success(put("b"))));
        assertDuplicate(success(success(DeleteRange.of(b("a"), b("c"))), put("b")));
        assertAllowed(success(put("c"), DeleteRange.of(b("a"), b("c"))));
        assertAllowed(success(DeleteRange.of(b("a"), b("c")), DeleteRange.of(b("b"))));
    }

    @Test
    void thenAndElseOfOneNestedTransactionMayOverlap() {
        assertAllowed(success(new Txn(List.of(), List.of(put("a")), List.of(put("a")))));
        assertAllowed(success(new Txn(List.of(), List.of(put("a")), List.of(DeleteRange.of(b("a"))))));
        assertDuplicate(success(new Txn(List.of(), List.of(), List.of(put("a"))), put("a")));
        assertDuplicate(success(
                new Txn(List.of(), List.of(put("a")), List.of()), new Txn(List.of(), List.of(), List.of(put("a")))));
    }

    private static void assertDuplicate(Txn txn) {
        assertThat(check(txn)).hasValue(KvError.DUPLICATE_KEY);
    }

    private static void assertAllowed(Txn txn) {
        assertThat(check(txn)).isEmpty();
    }

    private static Optional<KvError> check(Txn txn) {
        return RequestCheck.check(txn, RequestCheck.DEFAULT_MAX_TXN_OPS);
    }

    private static Txn success(Operation... operations) {
        return new Txn(List.of(), List.of(operations), List.of());
    }

    private static Put put(String key) {
        return Put.of(b(key), b("value"));
    }
}
