package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.cli.OperationRun.PlannedStep;
import io.quorate.server.MemberServer;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code quorate rolling-restart}: each member closes its data and opens them anew, one after the other. */
@Command(
        name = "rolling-restart",
        description = {
            "Has each member of a running cluster close its data and open them anew, one after the other and the leader last: each",
            "hands over what it leads first, and the next one waits until it has caught up. Processes go on, so that settings stay",
            "what they are; it works with 'quorate dev' as with separate servers, unless their data are in memory alone.",
            "Members that do not answer are left out."
        },
        footer = {"", "Example:", "  quorate rolling-restart"})
final class RollingRestartCommand implements Callable<Integer> {

    @Option(
            names = "--patience",
            paramLabel = "<time>",
            description = "How long a member may take to be there again. Default: ${DEFAULT-VALUE}",
            defaultValue = "60s",
            converter = ClientOptions.TimeConverter.class)
    private Duration patience = Duration.ZERO;

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Optional<Long> leader = seen.health().leader().map(MemberHealth::id);
            List<MemberHealth> order = new ArrayList<>(seen.health().members());
            order.removeIf(member -> !member.answers());
            order.sort(Comparator.comparing(member -> leader.equals(Optional.of(member.id()))));
            List<PlannedStep> steps = new ArrayList<>();
            for (MemberHealth member : order) {
                String which = "restart " + (steps.size() + 1) + " of " + order.size() + ": " + member.label();
                steps.add(PlannedStep.of("restart " + member.label(), run -> restart(run, member.id(), which)));
            }
            return options.operation(sight, "rolling-restart").execute(ChangeOptions.sameMembers(seen, steps));
        }
    }

    private String restart(OperationRun run, long id, String which) {
        ClusterSight.Seen seen = run.lookPatiently(patience.toNanos());
        ClusterHealth health = seen.health();
        boolean voter = health.voterIds().contains(id);
        if (voter && health.voters().size() > 1 && health.tolerated(health.voterIds()) < 1) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "not restarted, since the others would have no quorum without it: another one is not well");
        }
        URI page = seen.endpoint(id)
                .map(endpoint -> endpoint.resolve(MemberServer.RESTART_PATH))
                .orElseThrow(() -> new CommandFailed(ExitCode.FAILED, "it has not told where it serves clients"));
        long index = health.commitIndex();
        long before = run.sight().post(page).get("incarnation").getAsLong();
        long beginNanos = System.nanoTime();
        Optional<String> missing = missing(run, page, id, before, index);
        while (missing.isPresent()) {
            if (System.nanoTime() - beginNanos > patience.toNanos()) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "it was asked to restart, and is not there again within " + patience.toSeconds()
                                + " s, since it " + missing.get() + "; the members after it were left alone");
            }
            String howFar = which + " " + missing.get();
            run.tellNowAndThen(() -> howFar);
            run.pause();
            missing = missing(run, page, id, before, index);
        }
        return "it is there again, with the whole log";
    }

    /** What it lacks until it has opened its data anew, and has all that was committed when it was asked to; empty if nothing. */
    private Optional<String> missing(OperationRun run, URI page, long id, long incarnationBefore, long index) {
        Optional<JsonObject> status = run.sight().get(page);
        if (status.isEmpty()) {
            return Optional.of("does not answer");
        }
        if (status.get().get("incarnation").getAsLong() <= incarnationBefore) {
            return Optional.of("closes its data");
        }
        if (!status.get().get("serving").getAsBoolean()) {
            return Optional.of("opens its data");
        }
        return missing(run.lookPatiently(patience.toNanos()).health(), id, index);
    }

    /** As far as the members tell. */
    static Optional<String> missing(ClusterHealth health, long id, long index) {
        if (health.leader().isEmpty()) {
            return Optional.of("hears of no leader");
        }
        Optional<MemberHealth.Told> told = health.member(id).flatMap(MemberHealth::told);
        if (told.isEmpty()) {
            return Optional.of("does not answer");
        }
        long lacks = index - told.get().appliedIndex();
        if (lacks > 0) {
            return Optional.of("lacks " + lacks + (lacks == 1 ? " entry" : " entries"));
        }
        return health.member(id).filter(health::isHealthy).isPresent() ? Optional.empty() : Optional.of("is not well");
    }
}
