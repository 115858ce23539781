package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.ListOperationsRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate operations}: what was done to the cluster as a whole. */
@Command(
        name = "operations",
        description = {
            "Lists the last hundred operations on a cluster, the latest at the end, or tells all about one of them: what was",
            "checked before, what was done, what was verified afterwards, and how long each took."
        },
        footer = {"", "Example:", "  quorate operations"})
final class OperationsCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "<id>", description = "The one to tell all about.")
    private Optional<Long> id = Optional.empty();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        List<Operation> operations;
        try (ClusterClient cluster = client.connect()) {
            operations = list(cluster);
        }
        if (id.isPresent()) {
            long wanted = id.get();
            operations = operations.stream()
                    .filter(operation -> operation.getId() == wanted)
                    .toList();
            if (operations.isEmpty()) {
                throw CommandFailed.usage("no operation " + wanted + " is on record; 'quorate operations' lists them");
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            printJson(out, operations);
        } else if (id.isPresent()) {
            print(out, operations.getFirst());
        } else {
            printTable(out, operations);
        }
        return ExitCode.OK;
    }

    /** Those on record, the latest at the end. It takes a leader. */
    static List<Operation> list(ClusterClient cluster) {
        return cluster.read((channel, deadline) -> ManagerGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .listOperations(ListOperationsRequest.getDefaultInstance())
                .getOperationsList());
    }

    private static void printTable(PrintWriter out, List<Operation> operations) {
        Table table = new Table("ID", "BEGAN", "TOOK", "STATE", "OPERATION", "OUTCOME");
        for (Operation operation : operations) {
            OperationReport report = operation.getReport();
            table.add(
                    Long.toString(operation.getId()),
                    Instant.ofEpochMilli(operation.getBeganMillis()).toString(),
                    operation.getToldMillis() - operation.getBeganMillis() + " ms",
                    state(operation) + (report.getForced() ? " (forced)" : ""),
                    report.getTitle(),
                    report.getOutcome());
        }
        table.print(out);
    }

    private static String state(Operation operation) {
        return operation.getState().toString().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static void print(PrintWriter out, Operation operation) {
        OperationReport report = operation.getReport();
        out.println("operation " + operation.getId() + ": " + report.getTitle());
        out.println("began " + Instant.ofEpochMilli(operation.getBeganMillis()) + ", " + state(operation) + " after "
                + (operation.getToldMillis() - operation.getBeganMillis()) + " ms"
                + (report.getForced() ? ", forced against what was found before" : "")
                + (report.getAskedBy().isEmpty() ? "" : ", asked for by " + report.getAskedBy()));
        if (report.getFoundedClusterId() != 0) {
            out.println("it has made the cluster " + new ClusterEpoch(report.getFoundedClusterId()));
        }
        print(out, "before", report.getPreflightList());
        Table steps = new Table("STEP", "", "TOOK", "RESULT");
        report.getStepsList()
                .forEach(step -> steps.add(
                        step.getName(),
                        step.getDone() ? "done" : "FAILED",
                        step.getMillis() + " ms",
                        step.getResult()));
        out.println();
        steps.print(out);
        print(out, "after", report.getVerifiedList());
        out.println();
        out.println(report.getOutcome().isEmpty() ? unfinished(operation) : report.getOutcome());
    }

    private static String unfinished(Operation operation) {
        return operation.getState() == Operation.State.BROKEN_OFF
                ? "another operation has broken it off; what was done stands"
                : "it goes on, or whoever did it is gone: it was heard of last at "
                        + Instant.ofEpochMilli(operation.getToldMillis())
                        + (operation.getReport().getUnderWay().isEmpty()
                                ? ""
                                : ", when it waited: " + operation.getReport().getUnderWay());
    }

    private static void print(PrintWriter out, String when, List<Check> checks) {
        if (checks.isEmpty()) {
            return;
        }
        Table table = new Table(when.toUpperCase(Locale.ROOT), "", "TOOK", "FINDING");
        checks.forEach(check -> table.add(
                check.getName(),
                check.getVerdict().toString().toLowerCase(Locale.ROOT),
                check.getMillis() + " ms",
                check.getFinding()));
        out.println();
        table.print(out);
    }

    private static void printJson(PrintWriter out, List<Operation> operations) {
        JsonArray list = new JsonArray();
        operations.forEach(operation -> list.add(JsonParser.parseString(OperationRun.json(operation))));
        JsonObject answer = new JsonObject();
        answer.add("operations", list);
        JsonOutput.print(out, answer);
    }
}
