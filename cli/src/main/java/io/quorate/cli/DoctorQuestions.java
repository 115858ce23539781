package io.quorate.cli;

import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.Diagnosis;
import io.quorate.server.report.ManagerAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * Asks a cluster for all that it is looked over by: the members' reports, the operations on record, and the members' autopilots. What is
 * not answered keeps nothing else from being asked. For one thread.
 */
final class DoctorQuestions {

    private final AskedCluster cluster;

    private DoctorQuestions(AskedCluster cluster) {
        this.cluster = cluster;
    }

    /**
     * Asks, and judges what was told.
     *
     * @throws CommandFailed if nobody tells who the members are
     */
    static Diagnosis ask(ClientOptions client) {
        try (AskedCluster cluster = new AskedCluster(client)) {
            ClusterReports reports = cluster.ask();
            return Diagnosis.thorough(reports, new DoctorQuestions(cluster).answers(reports));
        }
    }

    private ManagerAnswers answers(ClusterReports reports) {
        List<AutopilotReport> autopilots = new ArrayList<>();
        SortedMap<String, String> failures = new TreeMap<>();
        autopilots(reports).forEach((id, asked) -> {
            AskedAutopilot told = asked.join();
            told.report().ifPresentOrElse(autopilots::add, () -> failures.put(id, told.failure()));
        });
        List<Operation> operations = List.of();
        String failure = "";
        try (ClusterClient connected = cluster.connect()) {
            operations = OperationsCommand.list(connected);
        } catch (CommandFailed e) {
            failure = String.valueOf(e.getMessage());
        }
        return new ManagerAnswers(operations, failure, autopilots, failures);
    }

    /**
     * All at the same time, and those alone that tell of themselves: what keeps the others from it is told of already. A witness never
     * leads, and so never acts by a policy.
     */
    private SortedMap<String, CompletableFuture<AskedAutopilot>> autopilots(ClusterReports reports) {
        SortedMap<String, CompletableFuture<AskedAutopilot>> asked = new TreeMap<>();
        reports.mostKnowing().stream()
                .flatMap(knowing -> knowing.members().stream())
                .filter(member -> !member.clientUrls().isEmpty()
                        && reports.report(member.memberId())
                                .filter(report -> report.serving() && !report.isWitness())
                                .isPresent())
                .forEach(member -> asked.put(
                        member.memberId(),
                        AskedAutopilot.ask(cluster, member.clientUrls().getFirst())));
        return asked;
    }
}
