package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.autopilot.AutopilotReport;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate autopilot status}: what the leader's autopilot has done, and would do next. */
@Command(
        name = "status",
        description = {
            "Tells what the member that leads would do next, and what was done last.",
            "It also tells that member's policy, how long each member has been as it is, and why things were done, by",
            "whichever member; 'quorate operations <id>' tells all about one of these.",
            "One endpoint that answers is enough: it names the others. Exits with 1 if no leader answers."
        },
        footer = {"", "Example:", "  quorate autopilot status --endpoints 127.0.0.1:2379"})
final class AutopilotStatusCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<AutopilotReport> reports =
                ask().stream().flatMap(asked -> asked.report().stream()).toList();
        AutopilotReport leading = reports.stream()
                .filter(AutopilotReport::leads)
                .max(Comparator.comparingLong(AutopilotReport::term))
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FAILED,
                        "no member that answers leads, and a leader alone acts; 'quorate why' may tell why"));
        List<String> otherwise = reports.stream()
                .filter(report -> !report.policy().equals(leading.policy()))
                .map(AutopilotReport::name)
                .toList();
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            printJson(out, leading, otherwise);
        } else {
            print(out, leading, otherwise);
        }
        return ExitCode.OK;
    }

    private List<AskedAutopilot> ask() {
        List<AskedAutopilot> all;
        try (AskedCluster cluster = new AskedCluster(client)) {
            List<CompletableFuture<AskedAutopilot>> asked = cluster.members().stream()
                    .filter(member -> member.getClientURLsCount() > 0)
                    .map(member -> AskedAutopilot.ask(cluster, member.getClientURLs(0)))
                    .toList();
            all = asked.stream().map(CompletableFuture::join).toList();
        }
        all.stream().filter(AskedAutopilot::refused).findFirst().ifPresent(refused -> {
            throw new CommandFailed(ExitCode.FAILED, refused.failure());
        });
        return all;
    }

    private static void print(PrintWriter out, AutopilotReport report, List<String> otherwise) {
        out.println("Leader: " + report.name() + " in term " + report.term());
        out.println("Policy: " + policy(report));
        out.println("Next:   " + next(report.next()));
        if (!otherwise.isEmpty()) {
            out.println("Note:   " + String.join(", ", otherwise)
                    + (otherwise.size() == 1 ? " has another policy" : " have other policies")
                    + ", and would go by that while leading; start all members with the same one");
        }
        if (!report.members().isEmpty()) {
            Table members = new Table("MEMBER", "ZONE", "ROLE", "CONDITION", "SINCE");
            report.members()
                    .forEach(member -> members.add(
                            member.name().isEmpty() ? member.memberId() : member.name(),
                            member.zone().isEmpty() ? "-" : member.zone(),
                            member.role(),
                            member.condition(),
                            time(member.sinceMillis())));
            out.println();
            members.print(out);
        }
        if (!report.lastActions().isEmpty()) {
            Table actions = new Table("OPERATION", "BEGAN", "STATE", "WHAT", "WHY", "OUTCOME");
            report.lastActions()
                    .forEach(action -> actions.add(
                            Long.toString(action.operation()),
                            Instant.ofEpochMilli(action.beganMillis()).toString(),
                            action.state(),
                            action.title(),
                            action.reason(),
                            action.outcome()));
            out.println();
            actions.print(out);
        }
    }

    private static String policy(AutopilotReport report) {
        if (!report.on()) {
            return "none, so that nothing is done";
        }
        AutopilotReport.Policy policy = report.policy();
        List<String> parts = new ArrayList<>();
        if (policy.promoteLearnersAfterMillis() > 0) {
            parts.add("promote-learners-after " + time(policy.promoteLearnersAfterMillis()));
        }
        if (policy.replaceDeadAfterMillis() > 0) {
            parts.add("replace-dead-after " + time(policy.replaceDeadAfterMillis()));
        }
        if (!policy.spares().isEmpty()) {
            parts.add("spares " + String.join(" ", policy.spares()));
        }
        if (policy.balanceZones()) {
            parts.add("balance-zones");
        }
        return String.join(", ", parts);
    }

    private static String next(AutopilotReport.Next next) {
        return switch (next.state()) {
            case "waiting" -> "in " + time(next.leftMillis()) + ": " + next.what();
            case "acting" -> "now: " + next.what() + ", because " + next.reason();
            default -> next.what();
        };
    }

    private static String time(long millis) {
        Duration time = Duration.ofMillis(millis);
        if (millis < 1000) {
            return millis + "ms";
        }
        return time.toMinutes() < 2 ? time.toSeconds() + "s" : time.toMinutes() + "m";
    }

    private static void printJson(PrintWriter out, AutopilotReport report, List<String> otherwise) {
        JsonObject answer = JsonParser.parseString(report.toJson()).getAsJsonObject();
        JsonArray others = new JsonArray();
        otherwise.forEach(others::add);
        answer.add("other_policies", others);
        JsonOutput.print(out, answer);
    }
}
