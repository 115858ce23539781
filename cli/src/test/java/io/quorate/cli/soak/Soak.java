package io.quorate.cli.soak;

import static org.awaitility.Awaitility.await;

import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Three members as processes of their own, under honest clients and under all kinds of abuse at once, for a long time: each abuse
 * must get etcd's answer, honest clients must be served as ever, nothing may grow, and nothing may be left behind. The first tenth is
 * without authentication, the rest with it.
 */
final class Soak {

    private static final int MEMBERS = 3;

    /** By default the log would grow for longer than the soak lasts, up to the bound that it has. */
    private static final String SNAPSHOT_COUNT = "2000";

    private static final int ABUSERS = 3;

    /** Idle HTTP connections and threads that wait for work end within a minute and a quarter. */
    private static final Duration UNTIL_IDLE = Duration.ofSeconds(150);

    private final SoakPlan plan;
    private final PrintStream out;
    private final ProcessCluster cluster;
    private final Probe probe;
    private final Ledger ledger = new Ledger();
    private final Map<String, List<Sample>> samples = new TreeMap<>();
    private final List<String> complaints = new ArrayList<>();

    private Soak(SoakPlan plan, ProcessCluster cluster, PrintStream out) {
        this.plan = plan;
        this.out = out;
        this.cluster = cluster;
        this.probe = new Probe(cluster);
    }

    /**
     * Runs one and prints what it sees.
     *
     * @param folder for the members' data and what they print
     * @return a sentence for everything that is not as it must be
     */
    static List<String> run(SoakPlan plan, Path folder, PrintStream out) throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, MEMBERS, "--snapshot-count", SNAPSHOT_COUNT)) {
            cluster.startAll();
            cluster.awaitLeader();
            cluster.members().forEach(cluster::awaitServing);
            return new Soak(plan, cluster, out).run();
        }
    }

    private List<String> run() throws Exception {
        out.println("The seed is " + plan.seed() + ".");
        out.println(Sample.HEADING);
        Map<String, Sample> before = sampleAll();
        List<Integer> ports = cluster.members().stream().map(Member::clientPort).toList();
        try (Access access = new Access(ports)) {
            soak(access);
        }
        Map<String, Sample> after = awaitIdle(before);
        before.forEach((member, sample) ->
                complaints.addAll(Trends.leftBehind(member, sample, Objects.requireNonNull(after.get(member)))));
        samples.forEach(this::judge);
        complaints.addAll(ledger.complaints());
        complaints.addAll(ledger.unanswered());
        ledger.done().forEach((what, count) -> out.printf("%,12d  %s%n", count.get(), what));
        ledger.passed()
                .forEach((what, count) ->
                        out.printf("%,12d  %s: no answer, as there may be none for a while%n", count.get(), what));
        return complaints;
    }

    private void judge(String member, List<Sample> all) {
        if (all.size() < Trends.FEWEST_SAMPLES && !plan.killInterval().isZero()) {
            out.println("Whether " + member + " has grown is not judged: it was started again too late for that.");
        } else {
            complaints.addAll(plan.trends().judge(member, all));
        }
    }

    private void soak(Access access) throws Exception {
        SplittableRandom seeds = new SplittableRandom(plan.seed());
        GatewayAbuses gateway = new GatewayAbuses(access, ledger);
        HonestClients honest = new HonestClients(access, ledger);
        List<HonestWatch> watches = IntStream.range(0, MEMBERS)
                .mapToObj(member -> new HonestWatch(access, ledger, honest, member))
                .toList();
        try (AbandonedStreams streams = new AbandonedStreams(access, ledger, plan.watches());
                BrokenConnections connections = new BrokenConnections(access, ledger, plan.seed())) {
            List<Abuse> abuses = new ArrayList<>(new WrongCalls(access, ledger).abuses());
            abuses.addAll(streams.abuses());
            abuses.addAll(connections.abuses());
            abuses.addAll(gateway.abuses());
            abuses.addAll(new DeletedUsers(access, ledger, gateway).abuses());
            ScheduledExecutorService clients = Executors.newScheduledThreadPool(ABUSERS + 4);
            try {
                every(clients, Duration.ofMillis(20), honest::write);
                every(clients, Duration.ofMillis(50), honest::read);
                every(clients, Duration.ofSeconds(2), honest::compact);
                every(clients, Duration.ofSeconds(1), () -> watches.forEach(HonestWatch::ensureOpen));
                every(clients, Duration.ofSeconds(45), access::logInAgain);
                for (int i = 0; i < ABUSERS; i++) {
                    Abuser abuser = new Abuser(abuses, seeds.split(), ledger);
                    every(clients, plan.abuseInterval(), abuser::abuse);
                }
                watch(access);
            } finally {
                end(clients);
            }
        }
        awaitTold(honest, watches);
        watches.forEach(HonestWatch::stop);
    }

    /** A task that fails would not be run again: its failure is a complaint instead. */
    private void every(ScheduledExecutorService clients, Duration delay, Runnable task) {
        var unused = clients.scheduleWithFixedDelay(
                () -> {
                    try {
                        task.run();
                    } catch (RuntimeException e) {
                        ledger.complain("a client failed: " + e);
                    }
                },
                delay.toMillis(),
                delay.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private void end(ScheduledExecutorService clients) throws InterruptedException {
        clients.shutdown();
        // What is under way is done with, since each of them has a deadline.
        if (!clients.awaitTermination(3, TimeUnit.MINUTES)) {
            complaints.add("the clients do not end: they have waited for answers for three minutes");
            clients.shutdownNow();
        }
    }

    /** Looks at the members until the time is over; enables authentication meanwhile, and kills leaders if that is asked for. */
    private void watch(Access access) throws IOException, InterruptedException {
        long start = System.nanoTime();
        long nextKill = start + plan.killInterval().toNanos();
        int rounds = (int) plan.length().dividedBy(plan.sampleInterval());
        for (int round = 1; round <= rounds; round++) {
            long end = start + plan.sampleInterval().toNanos() * round;
            TimeUnit.NANOSECONDS.sleep(end - System.nanoTime());
            if (round >= rounds / 10 && access.token().isEmpty()) {
                access.enableUsers();
                out.println("From here on with authentication.");
            }
            sampleAll()
                    .forEach((member, sample) -> samples.computeIfAbsent(member, key -> new ArrayList<>())
                            .add(sample));
            if (!plan.killInterval().isZero() && System.nanoTime() > nextKill) {
                nextKill = System.nanoTime() + plan.killInterval().toNanos();
                killLeader(access);
            }
        }
    }

    private void killLeader(Access access) throws IOException {
        Member leader = cluster.awaitLeader();
        cluster.kill(leader);
        cluster.awaitLeader();
        cluster.start(leader);
        cluster.awaitServing(leader);
        access.reconnect();
        // Another process has another size: it is judged from its own beginning.
        samples.remove(leader.name());
        out.println(
                "The leader, " + leader.name() + ", was killed and started again; what it held before counts no more.");
    }

    private Map<String, Sample> sampleAll() throws IOException, InterruptedException {
        Map<String, Sample> all = new TreeMap<>();
        for (Member member : cluster.members()) {
            Sample sample = probe.sample(member);
            out.println(sample.line(member.name()));
            all.put(member.name(), sample);
        }
        return all;
    }

    private void awaitTold(HonestClients honest, List<HonestWatch> watches) {
        try {
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                watches.forEach(HonestWatch::ensureOpen);
                return watches.stream().allMatch(watch -> watch.lastRevision() >= honest.lastRevision());
            });
        } catch (ConditionTimeoutException e) {
            complaints.add("the honest watches were not told everything up to revision " + honest.lastRevision());
        }
    }

    /** Waits until nothing of the clients is left, or as long as it may take. */
    private Map<String, Sample> awaitIdle(Map<String, Sample> before) throws IOException, InterruptedException {
        out.println("The clients are gone.");
        long end = System.nanoTime() + UNTIL_IDLE.toNanos();
        while (true) {
            Map<String, Sample> now = sampleAll();
            boolean idle = before.entrySet().stream()
                    .allMatch(member -> Trends.leftBehind(
                                    "", member.getValue(), Objects.requireNonNull(now.get(member.getKey())))
                            .isEmpty());
            if (idle || System.nanoTime() > end) {
                return now;
            }
            TimeUnit.SECONDS.sleep(2);
        }
    }
}
