package io.quorate.cli;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How an operation ended all steps of which were done, by what was verified then.
 *
 * @param outcome for people, and for the record
 */
record Ending(Operation.State state, String outcome) {

    static Ending of(List<Check> verified) {
        if (verified.stream().anyMatch(check -> check.getVerdict() == Check.Verdict.REFUSED)) {
            return new Ending(
                    Operation.State.FAILED,
                    "all was done, but is not found as promised: see what was verified, and 'quorate why'");
        }
        String warnings = verified.stream()
                .filter(check -> check.getVerdict() == Check.Verdict.WARNING)
                .map(Check::getFinding)
                .collect(Collectors.joining("; "));
        return new Ending(
                Operation.State.DONE,
                warnings.isEmpty()
                        ? "done and verified"
                        : "done, and verified as far as the members answer: " + warnings);
    }
}
