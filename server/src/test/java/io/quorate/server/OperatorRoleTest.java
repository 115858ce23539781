package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.ServiceDescriptor;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.managerpb.ListOperationsRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.v3electionpb.ElectionGrpc;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has the role operator looks after the cluster, and may neither use its keys nor manage its users. */
class OperatorRoleTest {

    private static final String DENIED = EtcdError.PERMISSION_DENIED.message();

    @TempDir
    private Path folder;

    private TestCluster cluster;
    private Users admin;
    private Channel operator;
    private String token;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(1, folder, config -> ServerConfigs.withAuth(config, AuthApiTest.CHEAP));
        Users anybody = new Users(cluster.channel(0));
        anybody.stub()
                .roleAdd(AuthRoleAddRequest.newBuilder().setName("operator").build());
        anybody.add("root", "rootpw", "root");
        anybody.add("olga", "o", "operator");
        anybody.enable();
        admin = new Users(Users.with(cluster.channel(0), anybody.logIn("root", "rootpw")));
        token = anybody.logIn("olga", "o");
        operator = Users.with(cluster.channel(0), token);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** The methods of some services that are denied to the operator, of those that are there. */
    private List<String> denied(ServiceDescriptor... services) {
        List<String> names = Stream.of(services).map(ServiceDescriptor::getName).toList();
        List<String> denied = new ArrayList<>();
        EveryMethod.guarded()
                .filter(method -> names.contains(method.getServiceName()))
                .forEach(method -> {
                    if (EveryMethod.outcome(method, operator).endsWith(DENIED)) {
                        denied.add(method.getBareMethodName());
                    }
                });
        return denied;
    }

    @Test
    void whatConcernsTheClusterAsAWholeIsAllowedButForACopyOfAllKeysAndTheAuditLog() {
        assertThat(denied(
                        ManagerGrpc.getServiceDescriptor(),
                        ClusterGrpc.getServiceDescriptor(),
                        MaintenanceGrpc.getServiceDescriptor()))
                .containsExactlyInAnyOrder("Snapshot", "ListAudit", "GetAuditSettings", "ChangeAuditSettings");
    }

    @Test
    void keysAndUsersAreNotTheOperators() {
        assertThat(denied(AuthGrpc.getServiceDescriptor()))
                .containsExactlyInAnyOrderElementsOf(EveryMethod.guarded()
                        .filter(method -> AuthGrpc.SERVICE_NAME.equals(method.getServiceName()))
                        .map(method -> String.valueOf(method.getBareMethodName()))
                        .toList());
        assertThat(denied(KVGrpc.getServiceDescriptor()))
                .containsExactlyInAnyOrder("Range", "Put", "DeleteRange", "Txn");
        assertThat(denied(LockGrpc.getServiceDescriptor(), ElectionGrpc.getServiceDescriptor()))
                .contains("Lock", "Campaign", "Leader", "Observe");
    }

    @Test
    void theManagersPagesAreTheOperators() throws Exception {
        for (String path : List.of(
                MemberServer.REPORT_PATH,
                MemberServer.SCRUB_PATH,
                MemberServer.RESTART_PATH,
                MemberServer.AUTOPILOT_PATH)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                            + cluster.member(0).clientAddresses().getFirst().getPort() + path))
                    .timeout(Duration.ofSeconds(20))
                    .header("Authorization", token)
                    .build();
            try (HttpClient client = HttpClient.newHttpClient()) {
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .as(path)
                        .isEqualTo(200);
            }
        }
    }

    private void listOperations() {
        ManagerGrpc.newBlockingStub(operator)
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .listOperations(ListOperationsRequest.getDefaultInstance());
    }

    /** A cluster that comes from etcd may have such a role, for keys: nobody gains anything by its name. */
    @Test
    void aRoleOfThatNameThatAllowsKeysIsARoleLikeAnyOther() {
        listOperations();
        admin.allow("operator", Permission.Type.READ, "app", "");
        assertFails(EtcdError.PERMISSION_DENIED, this::listOperations);
        admin.stub()
                .roleRevokePermission(AuthRoleRevokePermissionRequest.newBuilder()
                        .setRole("operator")
                        .setKey(EtcdClient.bytes("app"))
                        .build());
        listOperations();
    }
}
