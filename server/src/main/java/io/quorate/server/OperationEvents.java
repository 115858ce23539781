package io.quorate.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.Result;
import io.quorate.server.proto.managerpb.OperationReport;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Tells, in the log of the member that leads, how the manager's operations go: a line when one begins, at each sign of life, and when it
 * ends. On the thread that applies.
 */
final class OperationEvents {

    private final Consumer<String> log;
    private volatile BooleanSupplier leads = () -> false;

    /** @param log takes one line at a time */
    OperationEvents(Consumer<String> log) {
        this.log = log;
    }

    /** From now on it is known whether this member leads. */
    void begin(RaftNode<?> node) {
        begin(() -> node.status().leader().equals(Optional.of(node.self())));
    }

    void begin(BooleanSupplier whetherItLeads) {
        leads = whetherItLeads;
    }

    /** Commands were applied. */
    void applied(List<Result> results) {
        for (Result result : results) {
            if (result instanceof Result.OperationResult noted && noted.accepted() && leads.getAsBoolean()) {
                log.accept(line(noted.operation()));
            }
        }
    }

    private static String line(ManagedOperation operation) {
        OperationReport report = report(operation);
        return "operation " + operation.id() + " (" + report.getTitle() + ") "
                + switch (operation.state()) {
                    case RUNNING -> isBeginning(operation, report) ? "has begun" : "goes on: " + howFar(report);
                    case DONE -> "is over: " + report.getOutcome();
                    case FAILED -> "has failed: " + report.getOutcome();
                    case BROKEN_OFF -> "was broken off";
                };
    }

    /** A later sign of life is later, unless the clock that dates it is behind; what was done meanwhile tells then. */
    private static boolean isBeginning(ManagedOperation operation, OperationReport report) {
        return operation.toldMillis() == operation.beganMillis()
                && report.getStepsCount() == 0
                && report.getUnderWay().isEmpty();
    }

    private static String howFar(OperationReport report) {
        int steps = report.getStepsCount();
        return (steps == 1 ? "1 step" : steps + " steps") + " done"
                + (report.getUnderWay().isEmpty() ? "" : "; " + report.getUnderWay());
    }

    /** A later release may have written one that this one cannot read; that it goes on is worth telling all the same. */
    private static OperationReport report(ManagedOperation operation) {
        try {
            return OperationReport.parseFrom(operation.report().toByteArray());
        } catch (InvalidProtocolBufferException e) {
            return OperationReport.newBuilder().setTitle("of another release").build();
        }
    }
}
