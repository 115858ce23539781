package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.api.CallingOperation;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberAddResponse;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.proto.etcdserverpb.MemberUpdateRequest;
import io.quorate.server.proto.etcdserverpb.MemberUpdateResponse;
import io.quorate.server.proto.etcdserverpb.MoveLeaderRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.NoteOperationRequest;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.wire.EtcdError;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members come and go by etcd's Cluster API, asked of whichever member. */
@Timeout(120)
class MembershipApiTest {

    @TempDir
    private Path folder;

    private Optional<TestCluster> started = Optional.empty();

    @AfterEach
    void stop() {
        started.ifPresent(TestCluster::close);
    }

    private EtcdClient start(int members) throws IOException {
        started = Optional.of(TestCluster.start(members, folder));
        cluster().leader();
        return new EtcdClient(cluster().channel(0));
    }

    private TestCluster cluster() {
        return started.orElseThrow();
    }

    private EtcdClient client(int member) {
        return new EtcdClient(cluster().channel(member));
    }

    private static MemberAddResponse add(EtcdClient client, int port, boolean learner) {
        return client.cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:" + port)
                        .setIsLearner(learner)
                        .build());
    }

    private static List<Member> list(EtcdClient client) {
        return client.cluster()
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    private static void promote(EtcdClient client, long id) {
        var unused = client.cluster()
                .memberPromote(MemberPromoteRequest.newBuilder().setID(id).build());
    }

    private static List<Member> remove(EtcdClient client, long id) {
        return client.cluster()
                .memberRemove(MemberRemoveRequest.newBuilder().setID(id).build())
                .getMembersList();
    }

    private static void assertError(EtcdError expected, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
            assertThat(e.getStatus().getDescription()).isEqualTo(expected.message());
            assertThat(e.getStatus().getCode()).isEqualTo(expected.status().getCode());
        });
    }

    private static int freePort() throws IOException {
        return FreePorts.find(1).getFirst();
    }

    private int join(String name, int port) throws IOException {
        int number = cluster().add(cluster().joining(name, port, folder));
        cluster().start(number);
        cluster().awaitReady();
        return number;
    }

    @Test
    void aLearnerJoinsCatchesUpAndIsPromoted() throws Exception {
        EtcdClient client = start(3);
        client.put("before", "1");
        int port = freePort();

        MemberAddResponse added = add(client(cluster().follower()), port, true);
        long id = added.getMember().getID();
        assertThat(added.getMember().getIsLearner()).isTrue();
        assertThat(added.getMember().getPeerURLsList()).containsExactly("http://127.0.0.1:" + port);
        assertThat(added.getMember().getName()).isEmpty();
        assertThat(added.getMembersList()).hasSize(4).contains(added.getMember());
        int joined = join("late", port);

        assertThat(cluster().member(joined).memberId()).isEqualTo(id);
        assertThat(cluster().member(joined).clusterId())
                .isEqualTo(cluster().member(0).clusterId());
        RangeRequest local = EtcdClient.rangeOf("before").setSerializable(true).build();
        TestCluster.await(() -> client(joined).kv().range(local).getCount() == 1, "the learner has the key");
        assertError(EtcdError.NOT_SUPPORTED_FOR_LEARNER, () -> client(joined).put("k", "v"));

        promote(client, id);

        assertThat(list(client)).hasSize(4).noneMatch(Member::getIsLearner).anySatisfy(member -> {
            assertThat(member.getID()).isEqualTo(id);
            assertThat(member.getName()).isEqualTo("late");
            assertThat(member.getClientURLsList()).containsExactly("http://late.example:2379");
        });
        TestCluster.await(() -> isServed(joined), "the promoted member serves");
        assertThat(client(joined).value("before")).isEqualTo("1");
        assertError(EtcdError.MEMBER_NOT_LEARNER, () -> promote(client, id));
    }

    private boolean isServed(int member) {
        try {
            return client(member).put("again", "1").hasHeader();
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    @Test
    void aMemberThatJoinedComesBackWithItsData() throws Exception {
        EtcdClient client = start(3);
        int port = freePort();
        add(client, port, false);
        int joined = join("late", port);
        long id = cluster().member(joined).memberId();
        client.put("k", "1");

        cluster().stop(joined);
        client.put("k", "2");
        cluster().start(joined);
        cluster().awaitReady();

        assertThat(cluster().member(joined).memberId()).isEqualTo(id);
        assertThat(client(joined).value("k")).isEqualTo("2");
    }

    /** The two need each other then, and the second one is started when its addition is known to have been made. */
    @Test
    void aLoneMemberGetsASecondVoterAtOnce() throws Exception {
        EtcdClient client = start(1);
        client.put("before", "1");
        int port = freePort();

        MemberAddResponse added = add(client, port, false);
        assertThat(added.getMembersList()).hasSize(2);
        int joined = join("second", port);

        assertThat(client(joined).value("before")).isEqualTo("1");
        client.put("after", "2");
        assertThat(client(joined).value("after")).isEqualTo("2");
        assertThat(list(client)).hasSize(2).noneMatch(Member::getIsLearner);
    }

    @Test
    void aMemberThatWasRemovedStopsAndIsNotLetInAgain() throws Exception {
        start(3);
        int gone = cluster().follower();
        MemberServer removed = cluster().member(gone);
        EtcdClient client = client(cluster().leader());

        List<Member> left = remove(client, removed.memberId());

        assertThat(left).hasSize(2).noneMatch(member -> member.getID() == removed.memberId());
        removed.stopped().orTimeout(30, TimeUnit.SECONDS).join();
        cluster().forget(gone);
        client.put("k", "v");
        assertError(EtcdError.MEMBER_NOT_FOUND, () -> remove(client, removed.memberId()));
        MemberServer again = cluster().start(gone);
        again.stopped().orTimeout(30, TimeUnit.SECONDS).join();
        assertThatThrownBy(again.ready()::join)
                .hasRootCauseMessage("it was removed from the cluster, and its data are of"
                        + " no more use; to bring it back, add it as a new member, with an empty data directory");
        cluster().forget(gone);
        assertThat(list(client)).isEqualTo(left);
    }

    /** Corner case 5: it never heard of its removal, and is told when it comes back. */
    @Test
    void aMemberThatWasRemovedWhileItWasDownIsToldWhenItComesBack() throws Exception {
        start(3);
        int gone = cluster().follower();
        long id = cluster().member(gone).memberId();
        cluster().stop(gone);
        EtcdClient client = client(cluster().leader());

        TestCluster.await(() -> isRemoved(client, id), "the member that is down is removed");

        MemberServer again = cluster().start(gone);
        again.stopped().orTimeout(30, TimeUnit.SECONDS).join();
        cluster().forget(gone);
        client.put("k", "v");
        assertThat(list(client)).hasSize(2);
    }

    private static boolean isRemoved(EtcdClient client, long id) {
        Throwable failure = catchThrowable(() -> remove(client, id));
        if (failure instanceof StatusRuntimeException e) {
            return e.getStatus().getDescription().equals(EtcdError.MEMBER_NOT_FOUND.message());
        }
        return true;
    }

    /** Corner case 19. Whoever asks is told that it was done, though the leader goes with it. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLeaderThatIsRemovedStepsDownWhenThatIsCommitted(boolean askedItself) throws Exception {
        start(3);
        int leader = cluster().leader();
        MemberServer removed = cluster().member(leader);
        List<EtcdClient> asked = askedItself
                ? List.of(client(leader))
                : IntStream.range(0, 3)
                        .filter(member -> member != leader)
                        .mapToObj(this::client)
                        .toList();

        List<Member> left = remove(asked.getFirst(), removed.memberId());

        assertThat(left).hasSize(2);
        removed.stopped().orTimeout(30, TimeUnit.SECONDS).join();
        cluster().forget(leader);
        EtcdClient client = client(cluster().leader());
        client.put("k", "v");
        assertThat(list(client)).hasSize(2);
    }

    @Test
    void whatMakesNoSenseIsRefusedInEtcdsWords() throws Exception {
        EtcdClient client = start(3);
        String taken = list(client).getFirst().getPeerURLs(0);
        long voter = list(client).getFirst().getID();

        assertError(EtcdError.MEMBER_NOT_FOUND, () -> remove(client, 17));
        assertError(EtcdError.MEMBER_NOT_FOUND, () -> remove(client, 0));
        assertError(EtcdError.MEMBER_NOT_FOUND, () -> promote(client, 17));
        assertError(EtcdError.MEMBER_NOT_FOUND, () -> update(client, 17, "http://127.0.0.1:1"));
        assertError(EtcdError.MEMBER_NOT_LEARNER, () -> promote(client, voter));
        assertError(EtcdError.PEER_URLS_EXIST, () -> addUrls(client, taken));
        for (String bad : List.of("", "127.0.0.1:1", "ftp://h:1", "http://h", "http://h:1/path", "http://h:99999")) {
            assertError(EtcdError.BAD_MEMBER_URLS, () -> addUrls(client, bad));
        }
        assertError(EtcdError.BAD_MEMBER_URLS, () -> addUrls(client));
        add(client, freePort(), true);
        assertError(EtcdError.TOO_MANY_LEARNERS, () -> add(client, freePort(), true));
        assertThat(list(client)).hasSize(4);
    }

    private static void addUrls(EtcdClient client, String... urls) {
        var unused = client.cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addAllPeerURLs(List.of(urls))
                        .build());
    }

    private static MemberUpdateResponse update(EtcdClient client, long id, String url) {
        return client.cluster()
                .memberUpdate(MemberUpdateRequest.newBuilder()
                        .setID(id)
                        .addPeerURLs(url)
                        .build());
    }

    @Test
    void aLearnerThatHasNotCaughtUpIsNotPromoted() throws Exception {
        EtcdClient client = start(3);
        MemberAddResponse added = add(client, freePort(), true);

        assertError(
                EtcdError.LEARNER_NOT_READY,
                () -> promote(client, added.getMember().getID()));
        assertThat(remove(client, added.getMember().getID())).hasSize(3);
    }

    @Test
    void theLastVoterIsNotRemoved() throws Exception {
        EtcdClient client = start(1);

        assertError(
                EtcdError.TOO_FEW_STARTED_MEMBERS,
                () -> remove(client, cluster().member(0).memberId()));
        client.put("k", "v");
    }

    /** Nobody is added or removed whose coming or going could leave the cluster without a quorum. */
    @Test
    void nothingIsChangedThatWouldCostTheQuorum() throws Exception {
        start(3);
        int down = cluster().follower();
        long downId = cluster().member(down).memberId();
        cluster().stop(down);
        EtcdClient client = client(cluster().leader());
        long other = list(client).stream()
                .map(Member::getID)
                .filter(id -> id != downId
                        && id != cluster().member(cluster().leader()).memberId())
                .findFirst()
                .orElseThrow();

        int port = freePort();
        assertError(EtcdError.UNHEALTHY, () -> add(client, port, false));
        assertError(EtcdError.UNHEALTHY, () -> remove(client, other));
        assertThat(list(client)).hasSize(3);
        client.put("k", "v");
    }

    @Test
    void aMemberMovesToAnotherAddress() throws Exception {
        start(3);
        int moving = cluster().follower();
        long id = cluster().member(moving).memberId();
        EtcdClient client = client(cluster().leader());
        cluster().stop(moving);
        URI moved = TestCluster.loopback(freePort());

        MemberUpdateResponse updated = update(client, id, moved.toString());
        client.put("k", "v");
        cluster()
                .configure(
                        moving,
                        ServerConfigs.withState(
                                ServerConfigs.withPeerUrl(cluster().config(moving), moved),
                                ServerConfig.InitialClusterState.EXISTING));
        cluster().start(moving);
        cluster().awaitReady();

        assertThat(updated.getMembersList())
                .filteredOn(member -> member.getID() == id)
                .singleElement()
                .satisfies(member -> assertThat(member.getPeerURLsList()).containsExactly(moved.toString()));
        assertThat(cluster().member(moving).memberId()).isEqualTo(id);
        assertThat(client(moving).value("k")).isEqualTo("v");
    }

    /** Corner case 16: one at a time; the second waits for its turn, and is judged by what the first has led to. */
    @Test
    void changesThatComeTogetherAreMadeOneAfterTheOther() throws Exception {
        EtcdClient client = start(3);
        List<Member> members = list(client);
        List<Future<MemberUpdateResponse>> answers = new ArrayList<>();

        for (int i = 0; i < 9; i++) {
            Member member = members.get(i % 3);
            answers.add(ClusterGrpc.newFutureStub(cluster().channel(i % 3))
                    .memberUpdate(MemberUpdateRequest.newBuilder()
                            .setID(member.getID())
                            .addPeerURLs(member.getPeerURLs(0))
                            .addPeerURLs("http://127.0.0.1:" + (100 + i))
                            .build()));
        }
        for (Future<MemberUpdateResponse> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS).getMembersList()).hasSize(3);
        }

        assertThat(list(client))
                .allSatisfy(member -> assertThat(member.getPeerURLsList())
                        .hasSize(2)
                        .anyMatch(url -> url.matches("http://127.0.0.1:10[0-9]")));
    }

    private Operation begin(boolean breakOff) {
        return ManagerGrpc.newBlockingStub(cluster().channel(0))
                .noteOperation(
                        NoteOperationRequest.newBuilder().setForce(breakOff).build())
                .getOperation();
    }

    private ClientInterceptor stepOf(Operation operation) {
        Metadata headers = new Metadata();
        headers.put(CallingOperation.FIELD, Long.toString(operation.getId()));
        return MetadataUtils.newAttachHeadersInterceptor(headers);
    }

    private void moveLeader(int leader, Operation operation, long target) {
        var unused = MaintenanceGrpc.newBlockingStub(cluster().channel(leader))
                .withInterceptors(stepOf(operation))
                .moveLeader(MoveLeaderRequest.newBuilder().setTargetID(target).build());
    }

    /** Whoever has broken an operation off relies on what it saw then: a step that was on its way comes too late. */
    @Test
    void aStepOfAnOperationThatHasLostItsPlaceIsRefusedAtWhicheverMember() throws Exception {
        EtcdClient client = start(3);
        Operation first = begin(false);
        Operation second = begin(true);
        long last = list(client).getLast().getID();
        for (int i = 0; i < 3; i++) {
            ManagerGrpc.ManagerBlockingStub manager =
                    ManagerGrpc.newBlockingStub(cluster().channel(i)).withInterceptors(stepOf(first));
            ClusterGrpc.ClusterBlockingStub members =
                    ClusterGrpc.newBlockingStub(cluster().channel(i)).withInterceptors(stepOf(first));
            String why = "operation " + first.getId() + " does not have its place any more";
            assertThatThrownBy(() -> members.memberRemove(
                            MemberRemoveRequest.newBuilder().setID(last).build()))
                    .hasMessageContaining(why);
            assertThatThrownBy(() -> manager.changeMembers(
                            nothing(list(client)).toBuilder().addRemove(last).build()))
                    .hasMessageContaining(why);
        }
        assertThat(list(client)).hasSize(3);
        int leader = cluster().leader();
        long follower = cluster().member(cluster().follower()).memberId();
        assertThatThrownBy(() -> moveLeader(leader, first, follower))
                .hasMessageContaining("operation " + first.getId() + " does not have its place any more");
        assertThat(cluster().leader()).isEqualTo(leader);
        moveLeader(leader, second, follower);
        TestCluster.await(() -> cluster().member(cluster().leader()).memberId() == follower, "it leads");

        ManagerGrpc.ManagerBlockingStub owner =
                ManagerGrpc.newBlockingStub(cluster().channel(1)).withInterceptors(stepOf(second));
        assertThat(owner.changeMembers(nothing(list(client))).getMembersList()).hasSize(3);
        assertThatThrownBy(() -> owner.changeMembers(nothing(list(client).subList(0, 2))))
                .as("whoever has seen others may not rely on that")
                .hasMessageContaining("the members are not those any more");
        assertThat(owner.changeMembers(nothing(list(client)).toBuilder()
                                .addRemove(last)
                                .build())
                        .getMembersList())
                .hasSize(2);
    }

    /** A change that is none. */
    private static ChangeMembersRequest nothing(List<Member> seen) {
        return ChangeMembersRequest.newBuilder()
                .addAllExpectedVoters(seen.stream().map(Member::getID).toList())
                .build();
    }

    @Test
    void whoeverWasNotAddedIsNotTakenAndToldWhatToDo() throws Exception {
        start(1);
        int port = freePort();

        assertThatThrownBy(() -> join("stranger", port))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no member with the peer URLs http://127.0.0.1:" + port + " was added to it")
                .hasMessageContaining("etcdctl member add stranger --peer-urls=http://127.0.0.1:" + port);
    }

    @Test
    void whoeverNamesOtherMembersThanThereAreIsNotTaken() throws Exception {
        EtcdClient client = start(3);
        int port = freePort();
        add(client, port, true);
        ServerConfig right = cluster().joining("late", port, folder);
        List<InitialMember> tooFew = right.initialCluster().stream()
                .filter(member -> !member.name().equals("m2"))
                .toList();

        assertThatThrownBy(() -> MemberServer.start(ServerConfigs.withInitialCluster(right, tooFew)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--initial-cluster names the peer URLs")
                .hasMessageContaining("name these, each with its member's name");
    }

    /** What one member alone knows of may be rolled back, and an id is for good. */
    @Test
    void whoeverIsKnownToFewerThanMostVotersWaits() throws Exception {
        EtcdClient client = start(3);
        int port = freePort();
        add(client, port, true);
        ServerConfig joining = cluster().joining("late", port, folder);
        int leader = cluster().leader();
        for (int member = 0; member < 3; member++) {
            if (member != leader) {
                cluster().stop(member);
            }
        }

        assertThatThrownBy(() -> MemberServer.start(joining))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("only 1 of the 3 voters know of it as member");
        assertThat(joining.dataDir().resolve("identity")).doesNotExist();
    }

    @Test
    void whereNobodyAnswersNobodyJoins() throws Exception {
        List<ServerConfig> configs = TestCluster.configs(2, folder);
        ServerConfig lonely = ServerConfigs.withState(configs.getFirst(), ServerConfig.InitialClusterState.EXISTING);

        assertThatThrownBy(() -> MemberServer.start(lonely))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the cluster could not be joined: nobody answers at ");
    }
}
