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
            List<PlannedStep> steps = order.stream()
                    .map(member -> PlannedStep.of("restart " + member.label(), run -> restart(run, member.id())))
                    .toList();
            return options.operation(sight, "rolling-restart").execute(ChangeOptions.sameMembers(seen, steps));
        }
    }

    private String restart(OperationRun run, long id) {
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
        while (!isBack(run, page, id, before, index)) {
            if (System.nanoTime() - beginNanos > patience.toNanos()) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "it was asked to restart, and is not there again within " + patience.toSeconds()
                                + " s; the members after it were left alone");
            }
            run.pause();
        }
        return "it is there again, with the whole log";
    }

    /** Whether it has opened its data anew, and has all that was committed when it was asked to. */
    private boolean isBack(OperationRun run, URI page, long id, long incarnationBefore, long index) {
        Optional<JsonObject> status = run.sight().get(page);
        if (status.isEmpty()
                || status.get().get("incarnation").getAsLong() <= incarnationBefore
                || !status.get().get("serving").getAsBoolean()) {
            return false;
        }
        ClusterHealth health = run.lookPatiently(patience.toNanos()).health();
        return health.leader().isPresent()
                && health.member(id)
                        .filter(health::isHealthy)
                        .flatMap(MemberHealth::told)
                        .filter(told -> told.appliedIndex() >= index)
                        .isPresent();
    }
}
