package io.quorate.simulator.mutant;

import java.util.List;
import java.util.stream.Stream;

/** All mutants, in the order of the table. */
final class Mutants {

    static final List<Mutant> ALL = Stream.of(
                    ElectionMutants.ALL,
                    ReplicationMutants.ALL,
                    ReadMutants.ALL,
                    MembershipMutants.ALL,
                    LogMutants.ALL,
                    SnapshotMutants.ALL,
                    ProposalMutants.ALL,
                    StoreMutants.ALL)
            .flatMap(List::stream)
            .toList();

    private Mutants() {}
}
