package io.quorate.cli.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.cli.etcdctl.RealEtcd;
import io.quorate.cli.processes.DevProcess;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmRequest.AlarmAction;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RequestOp;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member says of itself what etcd 3.4.23 does, and alarms forbid the same. */
@Tag("packages")
class MaintenanceDifferentialTest {

    private static final long UNKNOWN = 5;
    private static final long OTHER_UNKNOWN = 6;
    private static final ByteString KEY = ByteString.copyFromUtf8("key");

    /** What an alarm may forbid; none of it depends on what came before, but for revisions. */
    private static final List<Message> USUAL = List.of(
            StatusRequest.getDefaultInstance(),
            alarm(AlarmAction.GET, 0, AlarmType.NONE),
            alarm(AlarmAction.GET, UNKNOWN, AlarmType.NOSPACE),
            alarm(AlarmAction.GET, UNKNOWN, AlarmType.CORRUPT),
            put(),
            range(false),
            range(true),
            txn(RequestOp.newBuilder().setRequestRange(range(false)).build()),
            txn(RequestOp.newBuilder().setRequestPut(put()).build()),
            txn(RequestOp.newBuilder().setRequestDeleteRange(delete()).build()),
            txn(),
            delete(),
            LeaseGrantRequest.newBuilder().setID(77).setTTL(100_000).build(),
            LeaseTimeToLiveRequest.newBuilder().setID(77).setKeys(true).build(),
            LeaseRevokeRequest.newBuilder().setID(77).build(),
            HashRequest.getDefaultInstance(),
            hashKv(0),
            DefragmentRequest.getDefaultInstance(),
            MemberListRequest.getDefaultInstance());

    @TempDir
    private Path folder;

    private static AlarmRequest alarm(AlarmAction action, long member, AlarmType type) {
        return AlarmRequest.newBuilder()
                .setAction(action)
                .setMemberID(member)
                .setAlarm(type)
                .build();
    }

    private static PutRequest put() {
        return PutRequest.newBuilder().setKey(KEY).setValue(KEY).build();
    }

    private static RangeRequest range(boolean serializable) {
        return RangeRequest.newBuilder()
                .setKey(KEY)
                .setSerializable(serializable)
                .build();
    }

    private static DeleteRangeRequest delete() {
        return DeleteRangeRequest.newBuilder().setKey(KEY).build();
    }

    private static TxnRequest txn(RequestOp... operations) {
        return TxnRequest.newBuilder().addAllSuccess(List.of(operations)).build();
    }

    private static HashKVRequest hashKv(long revision) {
        return HashKVRequest.newBuilder().setRevision(revision).build();
    }

    private static CompactionRequest compaction(long revision) {
        return CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build();
    }

    private static Message move(long target) {
        return MoveLeaderRequest.newBuilder().setTargetID(target).build();
    }

    /** Raised for one member and for another, and disarmed for one after the other. */
    private static List<Message> whileActive(AlarmType type) {
        List<Message> requests = new ArrayList<>();
        requests.add(alarm(AlarmAction.ACTIVATE, UNKNOWN, type));
        requests.addAll(USUAL);
        requests.add(alarm(AlarmAction.ACTIVATE, UNKNOWN, type));
        requests.add(alarm(AlarmAction.ACTIVATE, OTHER_UNKNOWN, type));
        requests.add(alarm(AlarmAction.DEACTIVATE, UNKNOWN, type));
        requests.add(alarm(AlarmAction.DEACTIVATE, UNKNOWN, type));
        requests.addAll(USUAL);
        requests.add(alarm(AlarmAction.DEACTIVATE, OTHER_UNKNOWN, type));
        requests.addAll(USUAL);
        return requests;
    }

    private static List<Message> whileBothAreActive() {
        List<Message> requests = new ArrayList<>();
        requests.add(alarm(AlarmAction.ACTIVATE, UNKNOWN, AlarmType.NOSPACE));
        requests.add(alarm(AlarmAction.ACTIVATE, UNKNOWN, AlarmType.CORRUPT));
        requests.addAll(USUAL);
        requests.add(compaction(4));
        requests.addAll(USUAL);
        return requests;
    }

    @Test
    void everyoneSaysTheSameOfItselfAndIsForbiddenTheSame() throws Exception {
        List<Message> requests = new ArrayList<>(USUAL);
        requests.addAll(List.of(hashKv(1), hashKv(2), hashKv(1_000), hashKv(-1)));
        // The compacted revision itself differs on purpose: it can be read still, and so hashed.
        requests.addAll(List.of(compaction(3), hashKv(1), hashKv(2), hashKv(4), hashKv(0)));
        requests.add(alarm(AlarmAction.DEACTIVATE, UNKNOWN, AlarmType.NOSPACE));
        requests.addAll(whileActive(AlarmType.NOSPACE));
        requests.addAll(whileActive(AlarmType.CORRUPT));
        try (DevProcess quorate = DevProcess.start(folder);
                RealEtcd etcd = new RealEtcd(EtcdRelease.V3_4, folder);
                Answers ours = new Answers(quorate.endpoints().get(1));
                Answers theirs = new Answers(etcd.endpoint())) {
            assertThat(differences(ours, theirs, requests)).isEmpty();
            assertThat(differences(ours, theirs, whileBothAreActive())).isEmpty();
            // etcd forbids nothing any more once either type is disarmed.
            assertThat(ours.ask(alarm(AlarmAction.DEACTIVATE, UNKNOWN, AlarmType.CORRUPT))
                            .text())
                    .isEqualTo(theirs.ask(alarm(AlarmAction.DEACTIVATE, UNKNOWN, AlarmType.CORRUPT))
                            .text());
            assertThat(ours.ask(put()).text()).startsWith("RESOURCE_EXHAUSTED");
            List<Message> after = new ArrayList<>();
            after.add(alarm(AlarmAction.DEACTIVATE, UNKNOWN, AlarmType.NOSPACE));
            after.addAll(USUAL);
            assertThat(differences(ours, theirs, after)).isEmpty();
        }
    }

    @Test
    void theLeaderAloneHandsItsOfficeOnAndOnlyToAMember() throws Exception {
        try (DevProcess quorate = DevProcess.start(folder);
                RealEtcd etcd = new RealEtcd(EtcdRelease.V3_4, folder);
                Office ours = new Office(quorate.endpoints());
                Office theirs = new Office(etcd.endpoints())) {
            List<Message> toNobody = List.of(move(0), move(UNKNOWN), move(-1));
            assertThat(differences(ours.leader, theirs.leader, toNobody)).isEmpty();
            assertThat(differences(ours.follower, theirs.follower, toNobody)).isEmpty();
            assertThat(ours.leader.ask(move(ours.leaderId)).text())
                    .as("to itself")
                    .isEqualTo(theirs.leader.ask(move(theirs.leaderId)).text());
            assertThat(ours.follower.ask(move(ours.followerId)).text())
                    .as("asked of another member")
                    .isEqualTo(theirs.follower.ask(move(theirs.followerId)).text());
            assertThat(ours.leader.ask(move(ours.followerId)).text())
                    .as("to another member")
                    .isEqualTo(theirs.leader.ask(move(theirs.followerId)).text());
        }
    }

    /** All differences, so that one does not hide the others. */
    private static List<String> differences(Answers ours, Answers theirs, List<Message> requests) {
        // Both have a leader, once they have answered this.
        assertThat(ours.ask(delete()).text()).isEqualTo(theirs.ask(delete()).text());
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < requests.size(); i++) {
            Message request = requests.get(i);
            String expected = theirs.ask(request).text();
            String answer = ours.ask(request).text();
            if (!answer.equals(expected) && !isOnPurpose(request, answer)) {
                differences.add(
                        "request " + i + ", " + request.getDescriptorForType().getName() + " " + Answers.text(request)
                                + ": etcd says '" + expected + "', we say '" + answer + "'");
            }
        }
        return differences;
    }

    /** Data that may be wrong is not told; etcd goes on telling it. */
    private static boolean isOnPurpose(Message request, String answer) {
        boolean reads = request instanceof RangeRequest
                || (request instanceof TxnRequest txn
                        && txn.getSuccessList().stream().allMatch(RequestOp::hasRequestRange));
        return reads && answer.equals("DATA_LOSS: etcdserver: corrupt cluster");
    }

    /** A cluster's leader, and one other member. */
    private static final class Office implements AutoCloseable {
        private final Answers leader;
        private final Answers follower;
        private final long leaderId;
        private final long followerId;

        Office(List<String> endpoints) {
            String leads = "";
            String follows = "";
            long leading = 0;
            long following = 0;
            for (String endpoint : endpoints) {
                try (Answers member = new Answers(endpoint)) {
                    // It has a leader by then.
                    member.ask(range(false));
                    long id = member.status().getHeader().getMemberId();
                    if (id == member.status().getLeader()) {
                        leads = endpoint;
                        leading = id;
                    } else {
                        follows = endpoint;
                        following = id;
                    }
                }
            }
            leader = new Answers(leads);
            follower = new Answers(follows);
            leaderId = leading;
            followerId = following;
        }

        @Override
        public void close() {
            leader.close();
            follower.close();
        }
    }
}
