package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate status}: asks every member of a cluster how it is. */
@Command(
        name = "status",
        description = {
            "Shows every member of a running cluster: its role, its log, its size.",
            "One endpoint that answers is enough: it names the others. Exits with 1 if a member does not answer or",
            "reports an error."
        },
        footer = {"", "Example:", "  quorate status --endpoints 127.0.0.1:2379"})
final class StatusCommand implements Callable<Integer> {

    /** A member, and what it said of itself: either a status or the reason why there is none. */
    private record Report(Member member, String endpoint, Optional<StatusResponse> status, String failure) {

        boolean isHealthy() {
            return status.isPresent() && status.get().getErrorsList().isEmpty();
        }

        String role() {
            if (status.isEmpty()) {
                return "unreachable";
            }
            if (status.get().getIsLearner()) {
                return "learner";
            }
            return status.get().getLeader() == member.getID() ? "leader" : "follower";
        }

        String remarks() {
            return status.map(answer -> String.join("; ", answer.getErrorsList()))
                    .orElse(failure);
        }
    }

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        MemberListResponse members = client.members();
        List<Report> reports = new ArrayList<>();
        for (Member member : members.getMembersList()) {
            reports.add(ask(member));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            printJson(out, members, reports);
        } else {
            printTable(out, reports);
            ClusterEpoch epoch = new ClusterEpoch(members.getHeader().getClusterId());
            if (epoch.number() > 0) {
                out.println("cluster " + epoch + ": it was recovered from the loss of its quorum");
            }
        }
        return reports.stream().allMatch(Report::isHealthy) ? ExitCode.OK : ExitCode.FAILED;
    }

    private Report ask(Member member) {
        if (member.getClientURLsCount() == 0) {
            return new Report(member, "", Optional.empty(), "it has not told the cluster its client URL yet");
        }
        String endpoint = member.getClientURLs(0);
        try (ClusterClient one = client.connect(MemberUrls.parseList("the member's URL", endpoint))) {
            StatusResponse status = one.read((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .status(StatusRequest.getDefaultInstance()));
            return new Report(member, endpoint, Optional.of(status), "");
        } catch (CommandFailed e) {
            String reason = e.exitCode() == ExitCode.UNREACHABLE ? "no answer" : String.valueOf(e.getMessage());
            return new Report(member, endpoint, Optional.empty(), reason);
        }
    }

    private static void printTable(PrintWriter out, List<Report> reports) {
        Table table =
                new Table("NAME", "ID", "ENDPOINT", "ROLE", "TERM", "INDEX", "APPLIED", "SIZE", "VERSION", "REMARKS");
        for (Report report : reports) {
            Optional<StatusResponse> status = report.status();
            table.add(
                    report.member().getName(),
                    JsonOutput.id(report.member().getID()),
                    report.endpoint(),
                    report.role(),
                    status.map(s -> Long.toString(s.getRaftTerm())).orElse("-"),
                    status.map(s -> Long.toString(s.getRaftIndex())).orElse("-"),
                    status.map(s -> Long.toString(s.getRaftAppliedIndex())).orElse("-"),
                    status.map(s -> size(s.getDbSize())).orElse("-"),
                    status.map(StatusResponse::getVersion).orElse("-"),
                    report.remarks());
        }
        table.print(out);
    }

    private static void printJson(PrintWriter out, MemberListResponse members, List<Report> reports) {
        JsonObject answer = new JsonObject();
        long clusterId = members.getHeader().getClusterId();
        answer.addProperty("cluster_id", JsonOutput.id(clusterId));
        answer.addProperty("epoch", new ClusterEpoch(clusterId).number());
        JsonArray array = new JsonArray();
        for (Report report : reports) {
            JsonObject member = new JsonObject();
            member.addProperty("name", report.member().getName());
            member.addProperty("member_id", JsonOutput.id(report.member().getID()));
            member.addProperty("endpoint", report.endpoint());
            member.addProperty("healthy", report.isHealthy());
            member.addProperty("role", report.role());
            report.status().ifPresent(status -> {
                member.addProperty("leader_id", JsonOutput.id(status.getLeader()));
                member.addProperty("revision", status.getHeader().getRevision());
                member.addProperty("raft_term", status.getRaftTerm());
                member.addProperty("raft_index", status.getRaftIndex());
                member.addProperty("raft_applied_index", status.getRaftAppliedIndex());
                member.addProperty("db_size_bytes", status.getDbSize());
                member.addProperty("version", status.getVersion());
            });
            if (!report.remarks().isEmpty()) {
                member.addProperty("remarks", report.remarks());
            }
            array.add(member);
        }
        answer.add("members", array);
        JsonOutput.print(out, answer);
    }

    private static String size(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < 1024 * 1024 ? bytes / 1024 + " KiB" : bytes / (1024 * 1024) + " MiB";
    }
}
