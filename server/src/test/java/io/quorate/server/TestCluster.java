package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.core.RoleName;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Members that run in this JVM on free ports, each with a data directory below one folder. For one thread. */
public final class TestCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<ServerConfig> configs;
    private final StorageOpening opening;
    private final LongSupplier loginClock;
    private final SortedMap<Integer, MemberServer> running = new TreeMap<>();
    private final List<ManagedChannel> channels = new ArrayList<>();

    private TestCluster(List<ServerConfig> configs, StorageOpening opening, LongSupplier loginClock) {
        this.configs = new ArrayList<>(configs);
        this.opening = opening;
        this.loginClock = loginClock;
    }

    /** Starts members numbered from 0, and waits until they serve. */
    public static TestCluster start(int members, Path folder) throws IOException {
        return start(members, folder, config -> config);
    }

    /** Starts members whose configurations are changed by {@code settings}. */
    public static TestCluster start(int members, Path folder, UnaryOperator<ServerConfig> settings) throws IOException {
        return start(members, folder, settings, StorageOpening.PLAIN);
    }

    /** Starts members whose stores are opened in a way of their own, too. */
    static TestCluster start(
            int members, Path folder, UnaryOperator<ServerConfig> settings, Function<OrderedStore, MvccStore> opening)
            throws IOException {
        return start(members, folder, settings, StorageOpening.PLAIN.withStore(opening));
    }

    /** Starts members whose storages are opened in a way of their own, too. */
    static TestCluster start(int members, Path folder, UnaryOperator<ServerConfig> settings, StorageOpening opening)
            throws IOException {
        return start(configs(members, folder).stream().map(settings).toList(), opening);
    }

    /** Starts members that forget wrong passwords by a clock of the test's. */
    static TestCluster start(int members, Path folder, UnaryOperator<ServerConfig> settings, LongSupplier loginClock)
            throws IOException {
        List<ServerConfig> configs =
                configs(members, folder).stream().map(settings).toList();
        return start(configs, StorageOpening.PLAIN, loginClock);
    }

    /** Starts members of which the configurations are known, and maybe the data there. */
    static TestCluster start(List<ServerConfig> configs) throws IOException {
        return start(configs, StorageOpening.PLAIN);
    }

    private static TestCluster start(List<ServerConfig> configs, StorageOpening opening) throws IOException {
        return start(configs, opening, System::nanoTime);
    }

    private static TestCluster start(List<ServerConfig> configs, StorageOpening opening, LongSupplier loginClock)
            throws IOException {
        TestCluster cluster = new TestCluster(configs, opening, loginClock);
        try {
            for (int i = 0; i < configs.size(); i++) {
                cluster.start(i);
            }
            cluster.awaitReady();
            return cluster;
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    /** Configurations of a cluster on free ports. */
    public static List<ServerConfig> configs(int members, Path folder) throws IOException {
        List<Integer> ports = FreePorts.find(members);
        List<InitialMember> initial = IntStream.range(0, members)
                .mapToObj(i -> new InitialMember("m" + i, loopback(ports.get(i))))
                .toList();
        return initial.stream().map(member -> config(member, initial, folder)).toList();
    }

    private static ServerConfig config(InitialMember self, List<InitialMember> initial, Path folder) {
        List<URI> peerUrls = List.of(self.peerUrl());
        return new ServerConfig(
                self.name(),
                folder.resolve(self.name()),
                List.of(loopback(0)),
                List.of(URI.create("http://" + self.name() + ".example:2379")),
                peerUrls,
                peerUrls,
                initial,
                InitialClusterState.NEW,
                "test-cluster",
                ServerConfig.Timing.DEFAULT,
                ServerConfig.Snapshots.DEFAULT,
                ServerConfig.Limits.DEFAULT,
                WatchOptions.DEFAULT,
                ServerConfig.DEFAULT_VERIFY_INTERVAL,
                // What a busy machine does to members that share it is not what most tests are about.
                Upkeep.DEFAULT.with(Upkeep.OnGreyFailure.STAY),
                AuthOptions.DEFAULT,
                "",
                AutopilotPolicy.OFF,
                false);
    }

    static URI loopback(int port) {
        return URI.create("http://127.0.0.1:" + port);
    }

    public ServerConfig config(int member) {
        return configs.get(member);
    }

    /** Counts one member more, which is to be started; returns its number. */
    public int add(ServerConfig config) {
        configs.add(config);
        return configs.size() - 1;
    }

    /** A member is configured otherwise from its next start on. */
    public void configure(int member, ServerConfig config) {
        configs.set(member, config);
    }

    /** A configuration of a member that joins this cluster, whose members are those configured by now, and that one. */
    public ServerConfig joining(String name, int peerPort, Path folder) {
        List<InitialMember> members = new ArrayList<>();
        configs.forEach(config -> members.add(new InitialMember(
                config.name(), config.initialAdvertisePeerUrls().getFirst())));
        InitialMember self = new InitialMember(name, loopback(peerPort));
        members.add(self);
        return ServerConfigs.withState(config(self, members, folder), InitialClusterState.EXISTING);
    }

    /** A member that has stopped by itself is not among those that run. */
    public void forget(int member) {
        running.remove(member);
    }

    /** Starts a member that does not run, with what its data directory holds. */
    public MemberServer start(int member) throws IOException {
        MemberServer server = MemberServer.start(configs.get(member), opening, loginClock);
        running.put(member, server);
        return server;
    }

    public void stop(int member) {
        MemberServer server = running.remove(member);
        assertThat(server).as("member %d runs", member).isNotNull();
        server.close();
    }

    public void awaitReady() {
        for (MemberServer member : running.values()) {
            member.ready().orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        }
    }

    public MemberServer member(int member) {
        MemberServer server = running.get(member);
        assertThat(server).as("member %d runs", member).isNotNull();
        return server;
    }

    /** The number of the member that leads, once one does and all that run know it. */
    public int leader() {
        await(
                () -> running.values().stream()
                                        .map(member -> member.node().status().leader())
                                        .distinct()
                                        .count()
                                == 1
                        && findLeader() >= 0,
                "one member leads");
        return findLeader();
    }

    private int findLeader() {
        return running.entrySet().stream()
                .filter(entry -> entry.getValue().node().status().role() == RoleName.LEADER)
                .map(java.util.Map.Entry::getKey)
                .findFirst()
                .orElse(-1);
    }

    /** A member that runs and does not lead. */
    public int follower() {
        int leader = leader();
        return running.keySet().stream()
                .filter(member -> member != leader)
                .findFirst()
                .orElseThrow();
    }

    /** A new connection to a member, closed with the cluster. */
    public ManagedChannel channel(int member) {
        return channel(member(member).clientAddresses().getFirst());
    }

    private ManagedChannel channel(InetSocketAddress address) {
        ManagedChannel channel = NettyChannelBuilder.forAddress(address)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
        channels.add(channel);
        return channel;
    }

    /** Waits for a condition. */
    public static void await(BooleanSupplier condition, String what) {
        long begin = System.nanoTime();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - begin)
                    .as("nanoseconds until %s", what)
                    .isLessThan(PATIENCE.toNanos());
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        running.values().parallelStream().forEach(MemberServer::close);
        running.clear();
    }
}
