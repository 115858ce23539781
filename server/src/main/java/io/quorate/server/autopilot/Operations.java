package io.quorate.server.autopilot;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.kv.ManagedOperation;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.OperationReport;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads the operations on record: which of them were the autopilot's, and why they were done. */
final class Operations {

    /** So the titles of the autopilot's operations begin. */
    static final String PREFIX = "autopilot: ";

    /** The first of the checks before one of them, which tells its reason. */
    static final String REASON = "reason";

    private static final int LATEST = 5;

    private Operations() {}

    static String title(ManagedOperation operation) {
        return report(operation).map(OperationReport::getTitle).orElse("one that this release cannot read");
    }

    private static Optional<OperationReport> report(ManagedOperation operation) {
        try {
            return Optional.of(OperationReport.parseFrom(operation.report().toByteArray()));
        } catch (InvalidProtocolBufferException e) {
            return Optional.empty();
        }
    }

    /** The autopilot's latest, whichever member did them, the latest first. */
    static List<AutopilotReport.Action> latest(List<ManagedOperation> operations) {
        return operations.reversed().stream()
                .flatMap(operation -> report(operation)
                        .filter(report -> report.getTitle().startsWith(PREFIX))
                        .map(report -> action(operation, report))
                        .stream())
                .limit(LATEST)
                .toList();
    }

    private static AutopilotReport.Action action(ManagedOperation operation, OperationReport report) {
        String reason = report.getPreflightList().stream()
                .filter(check -> check.getName().equals(REASON))
                .map(Check::getFinding)
                .findFirst()
                .orElse("");
        return new AutopilotReport.Action(
                operation.id(),
                operation.beganMillis(),
                operation.state().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                report.getTitle().substring(PREFIX.length()),
                reason,
                report.getOutcome());
    }
}
