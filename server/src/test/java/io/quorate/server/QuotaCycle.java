package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmRequest.AlarmAction;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.wire.EtcdError;

/** What an operator sees and does when a store is full. */
final class QuotaCycle {

    private final EtcdClient client;

    QuotaCycle(EtcdClient client) {
        this.client = client;
    }

    /** Puts until it is refused. Returns how many puts went through. */
    int fill(String value) {
        for (int i = 0; i < 10_000; i++) {
            try {
                client.put("fill" + i, value);
            } catch (StatusRuntimeException refused) {
                assertThat(refused.getStatus().getDescription()).isEqualTo(EtcdError.NO_SPACE.message());
                return i;
            }
        }
        throw new AssertionError("the quota was never reached");
    }

    void assertAlarmRaisedBy(MemberId member) {
        assertThat(client.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsList())
                .containsExactly(AlarmMember.newBuilder()
                        .setMemberID(member.value())
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
        EtcdClient.assertFails(EtcdError.NO_SPACE, () -> client.put("small", "x"));
    }

    /** Deletes what was filled in, and waits until its history has left the store. */
    void makeRoom(int filled) {
        long full = sizeBytes();
        long revision = 0;
        for (int i = 0; i < filled; i++) {
            revision = client.delete("fill" + i).getHeader().getRevision();
        }
        client.compact(revision);
        TestCluster.await(() -> sizeBytes() < full / 2, "the store has shrunk");
    }

    private long sizeBytes() {
        return client.maintenance().status(StatusRequest.getDefaultInstance()).getDbSize();
    }

    /** The room that was made is noticed when the size is measured next; until then a put raises the alarm anew. */
    void disarm(String value) {
        TestCluster.await(
                () -> {
                    disarmAll();
                    return fits(value);
                },
                "the room is noticed");
    }

    private boolean fits(String value) {
        try {
            client.put("again", value);
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getDescription()).isEqualTo(EtcdError.NO_SPACE.message());
            return false;
        }
    }

    private void disarmAll() {
        for (AlarmMember alarm :
                client.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsList()) {
            client.maintenance()
                    .alarm(AlarmRequest.newBuilder()
                            .setAction(AlarmAction.DEACTIVATE)
                            .setMemberID(alarm.getMemberID())
                            .setAlarm(alarm.getAlarm())
                            .build());
        }
    }
}
