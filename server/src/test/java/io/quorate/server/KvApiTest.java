package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.isMissing;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.prefixEnd;
import static io.quorate.server.EtcdClient.prefixOf;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static io.quorate.server.EtcdClient.valueIs;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortOrder;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortTarget;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.TxnResponse;
import io.quorate.server.proto.mvccpb.KeyValue;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What etcd's KV service answers, asked of every member of a cluster: the leader and both followers. */
class KvApiTest {

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static List<EtcdClient> clients;

    /** Begins every key of a test, so that the tests do not see each other's. */
    private final String id = UUID.randomUUID() + "/";

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, folder);
        clients = List.of(
                new EtcdClient(cluster.channel(0)),
                new EtcdClient(cluster.channel(1)),
                new EtcdClient(cluster.channel(2)));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<String> keys(RangeResponse answer) {
        return answer.getKvsList().stream()
                .map(kv -> kv.getKey().toStringUtf8())
                .toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatIsPutAtOneMemberIsReadAtEveryOther(int member) {
        long revision = clients.get(member).put(id + "k", "v").getHeader().getRevision();
        for (EtcdClient other : clients) {
            RangeResponse answer = other.get(id + "k");
            assertThat(answer.getCount()).isEqualTo(1);
            assertThat(answer.getMore()).isFalse();
            assertThat(answer.getKvs(0))
                    .isEqualTo(KeyValue.newBuilder()
                            .setKey(bytes(id + "k"))
                            .setValue(bytes("v"))
                            .setCreateRevision(revision)
                            .setModRevision(revision)
                            .setVersion(1)
                            .build());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void theHeaderNamesTheClusterTheAnsweringMemberTheRevisionAndTheTerm(int member) {
        MemberServer server = cluster.member(member);
        long before = clients.get(member).put(id, "1").getHeader().getRevision();
        ResponseHeader header = clients.get(member).put(id, "2").getHeader();
        assertThat(header)
                .isEqualTo(ResponseHeader.newBuilder()
                        .setClusterId(server.clusterId())
                        .setMemberId(server.memberId())
                        .setRevision(before + 1)
                        .setRaftTerm(server.node().status().term())
                        .build());
        assertThat(clients.get(member).get(id).getHeader()).isEqualTo(header);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPutAnswersThePairBeforeIfAskedTo(int member) {
        EtcdClient client = clients.get(member);
        assertThat(client.kv().put(putOf(id, "1").setPrevKv(true).build()).hasPrevKv())
                .isFalse();
        assertThat(client.put(id, "2").hasPrevKv()).isFalse();
        KeyValue before =
                client.kv().put(putOf(id, "3").setPrevKv(true).build()).getPrevKv();
        assertThat(before.getValue().toStringUtf8()).isEqualTo("2");
        assertThat(before.getVersion()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aRangeObeysLimitOrderFiltersAndTheSparingOptions(int member) {
        EtcdClient client = clients.get(member);
        long first = client.put(id + "a", "3").getHeader().getRevision();
        client.put(id + "b", "2");
        client.put(id + "c", "1");
        client.put(id + "a", "4");

        RangeResponse limited = client.kv().range(prefixOf(id).setLimit(2).build());
        assertThat(keys(limited)).containsExactly(id + "a", id + "b");
        assertThat(limited.getMore()).isTrue();
        assertThat(limited.getCount()).isEqualTo(3);
        assertThat(keys(client.kv()
                        .range(prefixOf(id)
                                .setSortTarget(SortTarget.VALUE)
                                .setSortOrder(SortOrder.ASCEND)
                                .build())))
                .containsExactly(id + "c", id + "b", id + "a");
        assertThat(keys(client.kv()
                        .range(prefixOf(id).setSortOrder(SortOrder.DESCEND).build())))
                .containsExactly(id + "c", id + "b", id + "a");
        assertThat(keys(client.kv()
                        .range(prefixOf(id).setMinModRevision(first + 2).build())))
                .containsExactly(id + "a", id + "c");
        assertThat(client.kv().range(prefixOf(id).setKeysOnly(true).build()).getKvsList())
                .hasSize(3)
                .allMatch(kv -> kv.getValue().isEmpty());
        RangeResponse counted =
                client.kv().range(prefixOf(id).setCountOnly(true).build());
        assertThat(counted.getCount()).isEqualTo(3);
        assertThat(counted.getKvsList()).isEmpty();
        assertThat(client.kv()
                        .range(rangeOf(id + "a").setRevision(first).build())
                        .getKvs(0)
                        .getValue())
                .isEqualTo(bytes("3"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aSerializableReadSeesWhatThisMemberWroteItself(int member) {
        EtcdClient client = clients.get(member);
        client.put(id, "mine");
        assertThat(client.kv()
                        .range(rangeOf(id).setSerializable(true).build())
                        .getKvs(0)
                        .getValue())
                .isEqualTo(bytes("mine"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aDeletionTellsHowManyAndWhich(int member) {
        EtcdClient client = clients.get(member);
        client.put(id + "a", "1");
        long revision = client.put(id + "b", "2").getHeader().getRevision();
        var deleted = client.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes(id))
                        .setRangeEnd(prefixEnd(id))
                        .setPrevKv(true)
                        .build());
        assertThat(deleted.getDeleted()).isEqualTo(2);
        assertThat(deleted.getHeader().getRevision()).isEqualTo(revision + 1);
        assertThat(deleted.getPrevKvsList())
                .extracting(kv -> kv.getValue().toStringUtf8())
                .containsExactly("1", "2");

        var nothing = client.delete(id + "a");
        assertThat(nothing.getDeleted()).isZero();
        assertThat(nothing.getHeader().getRevision()).isEqualTo(revision + 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aTransactionTakesOneBranchAtOneRevision(int member) {
        EtcdClient client = clients.get(member);
        long revision = client.put(id + "a", "1").getHeader().getRevision();
        TxnRequest request = TxnRequest.newBuilder()
                .addCompare(valueIs(id + "a", "1"))
                .addSuccess(op(rangeOf(id + "a")))
                .addSuccess(op(putOf(id + "a", "2")))
                .addSuccess(op(rangeOf(id + "a")))
                .addSuccess(op(DeleteRangeRequest.newBuilder().setKey(bytes(id + "none"))))
                .addSuccess(op(TxnRequest.newBuilder()
                        .addCompare(isMissing(id + "b"))
                        .addSuccess(op(putOf(id + "b", "nested")))))
                .addFailure(op(putOf(id + "c", "not taken")))
                .build();
        TxnResponse taken = client.kv().txn(request);
        assertThat(taken.getSucceeded()).isTrue();
        assertThat(taken.getHeader().getRevision()).isEqualTo(revision + 1);
        assertThat(taken.getHeader().getMemberId())
                .isEqualTo(cluster.member(member).memberId());
        assertThat(taken.getResponses(0).getResponseRange().getKvs(0).getValue())
                .isEqualTo(bytes("1"));
        assertThat(taken.getResponses(1).getResponsePut().getHeader())
                .isEqualTo(ResponseHeader.newBuilder().setRevision(revision + 1).build());
        assertThat(taken.getResponses(2).getResponseRange().getKvs(0).getValue())
                .isEqualTo(bytes("2"));
        assertThat(taken.getResponses(3).getResponseDeleteRange().getDeleted()).isZero();
        TxnResponse nested = taken.getResponses(4).getResponseTxn();
        assertThat(nested.getSucceeded()).isTrue();
        assertThat(nested.hasHeader()).isTrue();
        assertThat(nested.getHeader()).isEqualTo(ResponseHeader.getDefaultInstance());
        assertThat(client.value(id + "b")).isEqualTo("nested");

        TxnResponse other = client.kv().txn(request);
        assertThat(other.getSucceeded()).isFalse();
        assertThat(client.value(id + "c")).isEqualTo("not taken");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aTransactionThatOnlyReadsDoesNotGoThroughTheLog(int member) {
        EtcdClient client = clients.get(member);
        client.put(id, "1");
        long last = cluster.member(member).node().inspect().join().last().index();
        for (boolean serializable : List.of(false, true)) {
            TxnResponse read = client.kv()
                    .txn(TxnRequest.newBuilder()
                            .addCompare(valueIs(id, "1"))
                            .addSuccess(op(rangeOf(id).setSerializable(serializable)))
                            .build());
            assertThat(read.getSucceeded()).isTrue();
            assertThat(read.getResponses(0).getResponseRange().getCount()).isEqualTo(1);
        }
        assertThat(cluster.member(member).node().inspect().join().last().index())
                .isEqualTo(last);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aRequestWithoutAKeyIsRefused(int member) {
        EtcdClient client = clients.get(member);
        assertFails(EtcdError.EMPTY_KEY, () -> client.put("", "v"));
        assertFails(EtcdError.EMPTY_KEY, () -> client.get(""));
        assertFails(EtcdError.EMPTY_KEY, () -> client.delete(""));
        assertFails(
                EtcdError.EMPTY_KEY,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(op(putOf("", "v")))
                                .build()));
        assertFails(
                EtcdError.EMPTY_KEY,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addCompare(valueIs("", "v"))
                                .build()));
        assertFails(
                EtcdError.KEY_NOT_FOUND,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(RequestOp.getDefaultInstance())
                                .build()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aPutThatContradictsItselfOrNeedsWhatIsMissingIsRefused(int member) {
        EtcdClient client = clients.get(member);
        assertFails(
                EtcdError.VALUE_PROVIDED,
                () -> client.kv().put(putOf(id, "v").setIgnoreValue(true).build()));
        assertFails(
                EtcdError.LEASE_PROVIDED,
                () -> client.kv()
                        .put(putOf(id, "v").setIgnoreLease(true).setLease(1).build()));
        assertFails(
                EtcdError.KEY_NOT_FOUND,
                () -> client.kv().put(putOf(id, "").setIgnoreValue(true).build()));
        assertFails(
                EtcdError.LEASE_NOT_FOUND,
                () -> client.kv().put(putOf(id, "v").setLease(12345).build()));
        assertThat(client.get(id).getCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void tooManyOperationsAndDuplicateKeysAreRefused(int member) {
        EtcdClient client = clients.get(member);
        TxnRequest.Builder many = TxnRequest.newBuilder();
        for (int i = 0; i <= ServerConfig.DEFAULT_MAX_TXN_OPS; i++) {
            many.addSuccess(op(rangeOf(id + i)));
        }
        assertFails(EtcdError.TOO_MANY_OPS, () -> client.kv().txn(many.build()));
        assertThat(client.kv().txn(many.removeSuccess(0).build()).getResponsesCount())
                .isEqualTo(ServerConfig.DEFAULT_MAX_TXN_OPS);
        assertFails(
                EtcdError.DUPLICATE_KEY,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(op(putOf(id, "1")))
                                .addSuccess(op(putOf(id, "2")))
                                .build()));
        assertFails(
                EtcdError.DUPLICATE_KEY,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(op(putOf(id, "1")))
                                .addSuccess(op(DeleteRangeRequest.newBuilder()
                                        .setKey(bytes("\0"))
                                        .setRangeEnd(bytes("\0"))))
                                .build()));
        assertThat(client.get(id).getCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aFutureRevisionIsRefusedAlsoWithinATransaction(int member) {
        EtcdClient client = clients.get(member);
        long future = client.put(id, "1").getHeader().getRevision() + 1000;
        assertFails(
                EtcdError.FUTURE_REVISION,
                () -> client.kv().range(rangeOf(id).setRevision(future).build()));
        assertFails(
                EtcdError.FUTURE_REVISION,
                () -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addSuccess(op(putOf(id, "2")))
                                .addSuccess(op(rangeOf(id).setRevision(future)))
                                .build()));
        assertThat(client.value(id)).isEqualTo("1");
        assertFails(EtcdError.FUTURE_REVISION, () -> client.compact(future));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void whatIsCompactedCannotBeReadAtAnyMember(int member) {
        EtcdClient client = clients.get(member);
        long old = client.put(id, "1").getHeader().getRevision();
        long kept = client.put(id, "2").getHeader().getRevision();
        assertThat(client.compact(kept).getHeader().getRevision()).isEqualTo(kept);
        // A linearizable read brings each member to the compaction before the old revision is asked for.
        for (EtcdClient other : clients) {
            assertThat(other.value(id)).isEqualTo("2");
            assertFails(
                    EtcdError.COMPACTED,
                    () -> other.kv().range(rangeOf(id).setRevision(old).build()));
            assertThat(other.kv().range(rangeOf(id).setRevision(kept).build()).getCount())
                    .isEqualTo(1);
        }
        assertFails(
                EtcdError.COMPACTED,
                () -> client.kv()
                        .compact(
                                CompactionRequest.newBuilder().setRevision(kept).build()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void aRequestOverTheLimitIsTooLargeAndOneBelowItIsNot(int member) {
        EtcdClient client = clients.get(member);
        ByteString large = ByteString.copyFrom(new byte[ServerConfig.DEFAULT_MAX_REQUEST_BYTES]);
        assertFails(
                EtcdError.REQUEST_TOO_LARGE,
                () -> client.kv().put(putOf(id, "").setValue(large).build()));
        ByteString fits = large.substring(0, large.size() - 1000);
        client.kv().put(putOf(id, "").setValue(fits).build());
        assertThat(client.get(id).getKvs(0).getValue()).isEqualTo(fits);
        client.delete(id);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void anOptionThatNobodyKnowsIsRefused(int member) {
        EtcdClient client = clients.get(member);
        assertFails(
                EtcdError.INVALID_SORT_OPTION,
                () -> client.kv().range(rangeOf(id).setSortOrderValue(77).build()));
        assertFails(
                EtcdError.INVALID_SORT_OPTION,
                () -> client.kv().range(rangeOf(id).setSortTargetValue(77).build()));
        assertThatThrownBy(() -> client.kv()
                        .txn(TxnRequest.newBuilder()
                                .addCompare(valueIs(id, "v").toBuilder().setTargetValue(77))
                                .build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT));
    }
}
