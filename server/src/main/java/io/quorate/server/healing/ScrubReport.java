package io.quorate.server.healing;

import io.quorate.engine.inspect.Finding;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a scrub of a member's data found.
 *
 * @param log damage to the log
 * @param snapshots snapshots that were damaged, and are set aside
 * @param damagedState parts of the state's files whose checksums are wrong
 * @param wrongState what the state holds although every checksum is right: it does not come to the member's own digest
 */
public record ScrubReport(
        List<Finding> log, List<Finding> snapshots, List<Finding> damagedState, List<Finding> wrongState) {

    public ScrubReport {
        log = List.copyOf(log);
        snapshots = List.copyOf(snapshots);
        damagedState = List.copyOf(damagedState);
        wrongState = List.copyOf(wrongState);
    }

    /** Everything, in the order in which it was read. */
    public List<Finding> all() {
        return Stream.of(log, snapshots, damagedState, wrongState)
                .flatMap(List::stream)
                .toList();
    }
}
