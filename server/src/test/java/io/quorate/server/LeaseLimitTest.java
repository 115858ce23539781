package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import java.nio.file.Path;
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
