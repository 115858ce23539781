package io.quorate.server.report;

import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.proto.managerpb.Operation;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was done to a cluster as a whole, and what its members would do by themselves, as somebody outside has asked. Immutable.
 *
 * @param operations those on record, the latest at the end
 * @param operationsFailure why the cluster does not tell them; empty if it does
 * @param autopilots what each member tells of its autopilot that does
 * @param autopilotFailures why the others do not, by their ids
 */
public record ManagerAnswers(
        List<Operation> operations,
        String operationsFailure,
        List<AutopilotReport> autopilots,
        SortedMap<String, String> autopilotFailures) {

    public ManagerAnswers {
        operations = List.copyOf(operations);
        autopilots = List.copyOf(autopilots);
        autopilotFailures = new TreeMap<>(autopilotFailures);
    }
}
