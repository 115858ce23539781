package io.quorate.cli;

import io.quorate.server.ServerConfig;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.Upkeep;
import io.quorate.server.WatchOptions;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What {@code quorate dev} starts: how many members, at which ports of the loopback interface, with their data where.
 *
 * @param clientPorts one port per member
 * @param peerPorts one port per member
 * @param dataDir the directory that holds one directory per member
 * @param ephemeral true to keep everything in memory
 */
record DevCluster(List<Integer> clientPorts, List<Integer> peerPorts, Path dataDir, boolean ephemeral) {

    private static final int FIRST_CLIENT_PORT = 2379;
    private static final int FIRST_PEER_PORT = 2380;
    private static final Set<Integer> SIZES = Set.of(1, 3, 5);
    private static final int MAX_PORT = 65_535;

    DevCluster {
        clientPorts = List.copyOf(clientPorts);
        peerPorts = List.copyOf(peerPorts);
        if (!SIZES.contains(clientPorts.size()) || clientPorts.size() != peerPorts.size()) {
            throw new IllegalArgumentException(clientPorts.size() + " client and " + peerPorts.size() + " peer ports");
        }
    }

    /**
     * @param clientPorts the ports given, or an empty list for the usual ones; {@code peerPorts} likewise
     * @throws CommandFailed if the numbers do not fit together
     */
    static DevCluster of(
            int nodes, List<Integer> clientPorts, List<Integer> peerPorts, Path dataDir, boolean ephemeral) {
        if (!SIZES.contains(nodes)) {
            throw CommandFailed.usage("--nodes is " + nodes
                    + "; use 1, 3 or 5, since an even number of members tolerates" + " no more failures than one less");
        }
        List<Integer> clients = portsOrUsual("--client-ports", clientPorts, nodes, FIRST_CLIENT_PORT);
        List<Integer> peers = portsOrUsual("--peer-ports", peerPorts, nodes, FIRST_PEER_PORT);
        Set<Integer> seen = new HashSet<>();
        for (List<Integer> ports : List.of(clients, peers)) {
            for (int port : ports) {
                if (!seen.add(port)) {
                    throw CommandFailed.usage("port " + port + " is asked for twice; give each of --client-ports and"
                            + " --peer-ports a port of its own");
                }
            }
        }
        return new DevCluster(clients, peers, dataDir, ephemeral);
    }

    int nodes() {
        return clientPorts.size();
    }

    /** Of members that speak plain text. */
    List<ServerConfig> configs() {
        return configs("http");
    }

    /** @param scheme of all URLs */
    List<ServerConfig> configs(String scheme) {
        List<InitialMember> members = IntStream.range(0, nodes())
                .mapToObj(i -> new InitialMember(name(i), loopback(scheme, peerPorts.get(i))))
                .toList();
        return IntStream.range(0, nodes())
                .mapToObj(i -> config(i, members, scheme))
                .toList();
    }

    private ServerConfig config(int index, List<InitialMember> members, String scheme) {
        List<URI> clientUrls = List.of(loopback(scheme, clientPorts.get(index)));
        List<URI> peerUrls = List.of(loopback(scheme, peerPorts.get(index)));
        return new ServerConfig(
                name(index),
                dataDir.resolve(name(index)),
                clientUrls,
                clientUrls,
                peerUrls,
                peerUrls,
                members,
                InitialClusterState.NEW,
                "quorate-dev",
                ServerConfig.Timing.DEFAULT,
                ServerConfig.Snapshots.DEFAULT,
                ServerConfig.Limits.DEFAULT,
                WatchOptions.DEFAULT,
                ServerConfig.DEFAULT_VERIFY_INTERVAL,
                Upkeep.DEFAULT,
                AuthOptions.DEFAULT,
                "",
                AutopilotPolicy.OFF,
                ephemeral);
    }

    private static String name(int index) {
        return "node" + (index + 1);
    }

    private static URI loopback(String scheme, int port) {
        return URI.create(scheme + "://127.0.0.1:" + port);
    }

    private static List<Integer> portsOrUsual(String flag, List<Integer> given, int nodes, int first) {
        if (given.isEmpty()) {
            // 2379, 22379, 32379, ...: the ports of etcd's own local cluster.
            return IntStream.range(0, nodes)
                    .map(i -> i == 0 ? first : first + (i + 1) * 10_000)
                    .boxed()
                    .toList();
        }
        if (given.size() != nodes) {
            throw CommandFailed.usage(flag + " has " + given.size() + (given.size() == 1 ? " port" : " ports") + " for "
                    + nodes + (nodes == 1 ? " member" : " members") + "; give one for each, or change --nodes");
        }
        for (int port : given) {
            if (port < 1 || port > MAX_PORT) {
                throw CommandFailed.usage(flag + " has " + port + "; a port is a number from 1 to " + MAX_PORT);
            }
        }
        return given;
    }
}
