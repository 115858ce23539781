package io.quorate.engine;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.local.LocalCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Measures how long three members on the loopback interface are without a leader when the one that leads is cut off, with default
 * settings: from that moment until another leads, and until it has committed a command. Arguments: a folder, how often.
 */
final class FailoverBenchmark {

    /** So long a leader leads before it fails: the others have to have heard it for a while. */
    private static final long SETTLING_SECONDS = 4;

    private FailoverBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments.length > 0 ? arguments[0] : "target");
        int times = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 20;
        Path folder = Files.createTempDirectory(parent, "failover-benchmark");
        List<Double> leads = new ArrayList<>();
        List<Double> commits = new ArrayList<>();
        try (LocalCluster<Integer> cluster =
                new LocalCluster<>(3, folder, unused -> new Journal(), options -> options)) {
            for (int i = 0; i < times; i++) {
                MemberId leader = cluster.awaitLeader().self();
                TimeUnit.SECONDS.sleep(SETTLING_SECONDS);
                long begin = System.nanoTime();
                cluster.firewall().isolate(leader);
                RaftNode<Integer> next = awaitAnother(cluster, leader);
                leads.add((System.nanoTime() - begin) / 1e6);
                next.propose(Journal.command(i)).get(30, TimeUnit.SECONDS);
                commits.add((System.nanoTime() - begin) / 1e6);
                cluster.firewall().rejoin(leader);
            }
        }
        print("another leads", leads);
        print("a command is committed", commits);
    }

    private static RaftNode<Integer> awaitAnother(LocalCluster<Integer> cluster, MemberId failed) throws Exception {
        while (true) {
            RaftNode<Integer> leader = cluster.awaitLeader();
            if (!leader.self().equals(failed)) {
                return leader;
            }
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    private static void print(String what, List<Double> millis) {
        List<Double> sorted = new ArrayList<>(millis);
        Collections.sort(sorted);
        System.out.println(sorted.stream().map(Math::round).toList());
        System.out.printf(
                "%s after: median %.0f ms, least %.0f ms, most %.0f ms, of %d%n",
                what, sorted.get(sorted.size() / 2), sorted.getFirst(), sorted.getLast(), sorted.size());
    }
}
