package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member grants no more leases than there may be, and grants again when some have ended. */
@Timeout(120)
class LeaseLimitTest {

    private static final int MOST = 50;

    @TempDir
    private Path folder;

    @Test
    void isHeldAndLeavesRoomForNewOnesWhenOldOnesEnd() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder, config -> ServerConfigs.withMaxLeases(config, MOST))) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            int granted = 0;
            while (granted <= MOST + 1 && isGranted(client, granted + 1)) {
                granted++;
            }
            // The count begins while the first is granted already.
            assertThat(granted).isBetween(MOST, MOST + 1);

            for (int id = 1; id <= 10; id++) {
                client.leases()
                        .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(id).build());
            }
            TestCluster.await(() -> isGranted(client, 1), "there is room again");
            assertThat(client.leases()
                            .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                            .getLeasesCount())
                    .isBetween(MOST - 10, MOST);
        }
    }

    /** A lock without a lease is granted one. */
    @Test
    void countsThoseThatLocksAreGranted() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder, config -> ServerConfigs.withMaxLeases(config, MOST))) {
            LockGrpc.LockBlockingStub locks =
                    LockGrpc.newBlockingStub(cluster.channel(0)).withDeadlineAfter(60, TimeUnit.SECONDS);
            int locked = 0;
            StatusRuntimeException refusal = null;
            while (locked <= MOST + 1 && refusal == null) {
                LockRequest request = LockRequest.newBuilder()
                        .setName(ByteString.copyFromUtf8("lock " + locked))
                        .build();
                refusal = catchThrowableOfType(StatusRuntimeException.class, () -> locks.lock(request));
                locked += refusal == null ? 1 : 0;
            }
            assertThat(locked).isBetween(MOST, MOST + 1);
            assertThat(refusal).isNotNull();
            assertThat(refusal.getStatus().getDescription()).isEqualTo("etcdserver: too many leases");
        }
    }

    @Test
    void whoeverMayHaveNoneTakesNoRoomFromOthers() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder, config -> ServerConfigs.withMaxLeases(config, MOST))) {
            Users users = new Users(cluster.channel(0));
            users.add("root", "rootpw", "root");
            users.enable();
            EtcdClient nobody = new EtcdClient(cluster.channel(0));
            EtcdClient root = new EtcdClient(Users.with(cluster.channel(0), users.logIn("root", "rootpw")));
            for (int i = 1; i <= MOST; i++) {
                LeaseGrantRequest request =
                        LeaseGrantRequest.newBuilder().setID(i).setTTL(600).build();
                StatusRuntimeException refusal = catchThrowableOfType(
                        StatusRuntimeException.class, () -> nobody.leases().leaseGrant(request));
                assertThat(refusal).isNotNull();
                assertThat(refusal.getStatus().getDescription()).isEqualTo("etcdserver: user name is empty");
            }
            assertThat(isGranted(root, 1)).isTrue();
        }
    }

    private static boolean isGranted(EtcdClient client, long id) {
        LeaseGrantRequest request =
                LeaseGrantRequest.newBuilder().setID(id).setTTL(600).build();
        StatusRuntimeException refusal = catchThrowableOfType(
                StatusRuntimeException.class, () -> client.leases().leaseGrant(request));
        if (refusal != null) {
            assertThat(refusal.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refusal.getStatus().getDescription()).isEqualTo("etcdserver: too many leases");
        }
        return refusal == null;
    }
}
