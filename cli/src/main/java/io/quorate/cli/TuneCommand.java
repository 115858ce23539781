package io.quorate.cli;

import io.quorate.bench.phase.PhaseHistograms;
import io.quorate.bench.phase.PhasePages;
import io.quorate.bench.phase.SentMessages;
import io.quorate.server.quorum.CommitLatency;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.MemberReport;
import io.quorate.server.tuning.TimeoutAdvice;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate tune}: where the time of writes goes, and which settings may be faster. */
@Command(
        name = "tune",
        description = {
            "Watches a cluster for a while as it is used, and tells where the time of its writes goes: phase by phase, as a",
            "share of all, at the mean, the median and the 99th percentile; docs/phases.md says what each phase is.",
            "Then it proposes settings that may be faster, as flags of 'quorate server', with what they can save at most",
            "and why. Nothing is changed: a leader that is started with --auto-tune tries --max-inflight-messages and",
            "--max-batch-bytes by itself."
        },
        footer = {"", "Example:", "  quorate tune --window 30s --endpoints 127.0.0.1:2379"})
final class TuneCommand implements Callable<Integer> {

    private static final Duration LONGEST_WINDOW = Duration.ofDays(1);

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Option(
            names = "--window",
            paramLabel = "<time>",
            defaultValue = "10s",
            description = "How long to watch, such as 500ms, 10s or 5m, and a day at most. Default: ${DEFAULT-VALUE}")
    private String window = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Duration length = WrittenTime.parse(window)
                .filter(Duration::isPositive)
                .filter(time -> time.compareTo(LONGEST_WINDOW) <= 0)
                .orElseThrow(() -> CommandFailed.usage("--window has \"" + window
                        + "\", which is not a time to watch for;" + " give " + WrittenTime.FORM
                        + ", such as 10s, and no more than a day"));
        ClusterReports cluster = AskedCluster.ask(client);
        TuneReport report = watch(cluster, length);
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, TuneJson.of(report));
        } else {
            TuneText.print(out, report);
        }
        return ExitCode.OK;
    }

    private TuneReport watch(ClusterReports cluster, Duration length) {
        try (PhasePages pages = new PhasePages(addresses(cluster), client.tls().partyFor(client.endpointUrls()))) {
            long begin = System.nanoTime();
            PhasePages.Sample before = pages.sample();
            if (before.ofMembers().isEmpty()) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "no member tells at /metrics where the time of writes goes: they are of an earlier release, or do"
                                + " not answer");
            }
            TimeUnit.NANOSECONDS.sleep(length.toNanos());
            PhasePages.Sample after = pages.sample();
            PhaseHistograms phases = switch (after.since(before)) {
                case PhasePages.Added.Known known -> known.all();
                case PhasePages.Added.Unknown unknown -> throw new CommandFailed(ExitCode.FAILED, unknown.why());
            };
            Optional<SentMessages> sent = after.sentSince(before);
            return new TuneReport(
                    Duration.ofNanos(System.nanoTime() - begin), phases, sent, bestCommit(cluster), timeouts(cluster));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "it was interrupted", e);
        }
    }

    private static List<URI> addresses(ClusterReports cluster) {
        return cluster.mostKnowing().stream()
                .flatMap(report -> report.members().stream())
                .filter(member -> cluster.report(member.memberId()).isPresent())
                .filter(member -> !member.clientUrls().isEmpty())
                .map(member -> MemberUrls.parseList(
                                "the member's URL", member.clientUrls().getFirst())
                        .getFirst())
                .toList();
    }

    /** What a commit takes at least, by the ways and disks that the members measure. */
    private static OptionalLong bestCommit(ClusterReports cluster) {
        return cluster.topology().stream()
                .flatMap(topology -> topology.leader().stream()
                        .map(leader -> CommitLatency.of(topology, leader, Spread.Percentile.P50)))
                .map(latency -> latency.bound())
                .findFirst()
                .orElse(OptionalLong.empty());
    }

    private static Optional<TimeoutAdvice> timeouts(ClusterReports cluster) {
        Optional<Topology> topology = cluster.topology();
        Optional<MemberReport> leader = cluster.leader();
        if (topology.isEmpty() || leader.isEmpty()) {
            return Optional.empty();
        }
        Topology known = topology.get();
        LongStream ways = known.voters().all().stream()
                .flatMap(one -> known.voters().all().stream().flatMap(other -> known.link(one, other).stream()))
                .flatMap(link -> link.roundTrip().stream())
                .mapToLong(Spread::p99Micros);
        LongStream syncs = known.voters().all().stream()
                .flatMap(voter -> known.node(voter).sync().stream())
                .mapToLong(Spread::p99Micros);
        return TimeoutAdvice.of(
                Duration.ofMillis(leader.get().electionTimeoutMillis()),
                ways.max().orElse(0),
                syncs.max().orElse(0));
    }
}
