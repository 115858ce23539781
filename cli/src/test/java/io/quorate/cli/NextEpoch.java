package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A cluster that goes on after a recovery, step by step as the command has printed it. For one thread. */
final class NextEpoch implements AutoCloseable {

    private final WreckedCluster former;
    private final Path folder;
    private final List<List<String>> serverCommands;
    private final List<MemberServer> running = new ArrayList<>();
    private final ManagedChannel channel;

    private NextEpoch(WreckedCluster former, Path folder, List<List<String>> serverCommands) {
        this.former = former;
        this.folder = folder;
        this.serverCommands = serverCommands;
        this.channel = WreckedCluster.channel(
                former.members().getFirst().listenClientUrls().getFirst());
    }

    /**
     * Starts the member that the others will join.
     *
     * @param printed by {@code quorate recover --confirm}
     * @param folder for the data of members that join
     */
    static NextEpoch start(WreckedCluster former, String printed, Path folder) throws IOException {
        List<List<String>> commands = printed.lines()
                .map(String::strip)
                .filter(line -> line.startsWith("quorate server "))
                .map(line ->
                        List.of(line.replace("<empty directory>", "<empty>").split(" ")))
                .toList();
        assertThat(commands).hasSize(3);
        NextEpoch epoch = new NextEpoch(former, folder, commands);
        try {
            epoch.startMember(0);
            return epoch;
        } catch (IOException | RuntimeException | Error e) {
            epoch.close();
            throw e;
        }
    }

    /** As printed; "with all its other flags as they were". */
    private void startMember(int number) throws IOException {
        ServerConfig before = former.members().get(number);
        Map<ServerFlag, String> flags = flags(serverCommands.get(number));
        flags.put(
                ServerFlag.LISTEN_PEER_URLS, before.listenPeerUrls().getFirst().toString());
        flags.put(
                ServerFlag.LISTEN_CLIENT_URLS,
                before.listenClientUrls().getFirst().toString());
        flags.computeIfPresent(
                ServerFlag.DATA_DIR,
                (flag, path) -> path.equals("<empty>")
                        ? folder.resolve("new-" + before.name()).toString()
                        : path);
        start(ServerSettings.of(flags, Map.of()).toConfig());
    }

    private void start(ServerConfig config) throws IOException {
        MemberServer member = MemberServer.start(config);
        running.add(member);
        member.ready().orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static Map<ServerFlag, String> flags(List<String> command) {
        Map<ServerFlag, String> flags = new EnumMap<>(ServerFlag.class);
        for (int i = 2; i < command.size(); i += 2) {
            flags.put(ServerFlag.ofKey(command.get(i).substring(2)).orElseThrow(), command.get(i + 1));
        }
        return flags;
    }

    /** The same keys at the same revisions, the same history, the same leases. */
    void hasAllThatWasAcknowledged() {
        Map<ByteString, KeyValue> found = new HashMap<>();
        KVGrpc.newBlockingStub(channel)
                .range(RangeRequest.newBuilder()
                        .setKey(ByteString.copyFrom(new byte[1]))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .build())
                .getKvsList()
                .forEach(pair -> found.put(pair.getKey(), pair));
        former.acknowledged()
                .forEach((key, revision) -> assertThat(found.get(ByteString.copyFromUtf8(key)))
                        .as(key)
                        .satisfies(pair -> {
                            assertThat(pair.getModRevision()).isEqualTo(revision);
                            assertThat(pair.getLease()).isEqualTo(WreckedCluster.LEASE);
                        }));
        assertThat(WreckedCluster.hash(channel, former.revision())).isEqualTo(former.hash());
        var lease = LeaseGrpc.newBlockingStub(channel)
                .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                        .setID(WreckedCluster.LEASE)
                        .setKeys(true)
                        .build());
        assertThat(lease.getGrantedTTL()).isEqualTo(WreckedCluster.TTL);
        assertThat(lease.getKeysCount()).isEqualTo(found.size());
    }

    /** A member of the old epoch that comes back is told why nobody takes it in, and so is whoever reads the log there. */
    void keepsOut(Path zombieData) throws IOException {
        ServerConfig second = former.members().get(1);
        Map<ServerFlag, String> flags = new EnumMap<>(ServerFlag.class);
        flags.put(ServerFlag.NAME, second.name());
        flags.put(ServerFlag.DATA_DIR, zombieData.toString());
        flags.put(
                ServerFlag.LISTEN_PEER_URLS, second.listenPeerUrls().getFirst().toString());
        flags.put(
                ServerFlag.LISTEN_CLIENT_URLS,
                second.listenClientUrls().getFirst().toString());
        flags.put(ServerFlag.INITIAL_CLUSTER_STATE, "existing");
        String why = "the cluster was recovered from the loss of its quorum without the dialing member";
        try (HeardLog log = new HeardLog();
                MemberServer zombie =
                        MemberServer.start(ServerSettings.of(flags, Map.of()).toConfig())) {
            String id = Long.toHexString(zombie.memberId());
            await().until(() ->
                    log.has("refused member " + id + " of cluster " + Long.toHexString(zombie.clusterId()), why));
            await().until(() -> log.has("refused member " + id + ": ", why));
            assertThat(zombie.ready()).isNotDone();
            assertThat(zombie.clusterId()).isNotEqualTo(running.getFirst().clusterId());
        }
    }

    /** What the members log while this is open. */
    private static final class HeardLog extends Handler implements AutoCloseable {

        private final Logger logger = Logger.getLogger("io.quorate");
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        HeardLog() {
            logger.addHandler(this);
            logger.setLevel(Level.INFO);
        }

        boolean has(String... words) {
            return lines.stream().anyMatch(line -> List.of(words).stream().allMatch(line::contains));
        }

        @Override
        public void publish(LogRecord line) {
            lines.add(String.valueOf(line.getMessage()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    void takesInNewMembers() throws IOException {
        for (int number = 1; number < 3; number++) {
            ClusterGrpc.ClusterBlockingStub cluster = ClusterGrpc.newBlockingStub(channel);
            long id = cluster.memberAdd(MemberAddRequest.newBuilder()
                            .addPeerURLs(former.members()
                                    .get(number)
                                    .initialAdvertisePeerUrls()
                                    .getFirst()
                                    .toString())
                            .setIsLearner(true)
                            .build())
                    .getMember()
                    .getID();
            startMember(number);
            await().until(() -> isPromoted(cluster, id));
        }
    }

    /** It is refused as long as the learner does not have nearly all of the log. */
    private static boolean isPromoted(ClusterGrpc.ClusterBlockingStub cluster, long id) {
        try {
            return cluster.memberPromote(
                                    MemberPromoteRequest.newBuilder().setID(id).build())
                            .getMembersCount()
                    > 1;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /** Whoever asks later is told that it was recovered, from what, and what was kept. */
    void tellsThatItWasRecovered(Path survivor) {
        String endpoint =
                former.members().getFirst().listenClientUrls().getFirst().getAuthority();
        await().until(() ->
                CommandRun.of("operations", "--endpoints", endpoint).out().contains("recover " + survivor));
        String id = CommandRun.of("operations", "--endpoints", endpoint)
                .out()
                .lines()
                .filter(line -> line.contains("recover " + survivor))
                .map(line -> line.strip().replaceFirst(" .*", ""))
                .findFirst()
                .orElseThrow();
        assertThat(CommandRun.of("operations", id, "--endpoints", endpoint).out())
                .contains("asked for by ", "it has made the cluster ", "(epoch 1)")
                .contains("kept: 1 to ", "of 3 voters 1 were left, and 2 make a quorum", "make epoch 1 of node1")
                .contains("the cluster goes on as epoch 1 with what node1 had, which is verified")
                .containsPattern("disk +fine +.*there was room: \\d+ bytes were free")
                .containsPattern("founders +fine +.*all 1 are there")
                .containsPattern("logs +fine +.*1 of 1 members have the same log up to index \\d+")
                .containsPattern("states +fine +.*1 members have the same state at index \\d+")
                .containsPattern("tolerance +fine +.*the 1 voters tolerate 0 failures, as promised");
    }

    void isHealthy() {
        String endpoint =
                former.members().getLast().listenClientUrls().getFirst().getAuthority();
        assertThat(CommandRun.of("put", "--endpoints", endpoint, "after", "all").exitCode())
                .isZero();
        CommandRun status = CommandRun.of("status", "--endpoints", endpoint);
        assertThat(status.out())
                .contains("node1", "node2", "node3", "(epoch 1): it was recovered from the loss of its quorum")
                .doesNotContain("unreachable", "learner");
        assertThat(status.exitCode()).isZero();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        running.reversed().forEach(MemberServer::close);
    }
}
