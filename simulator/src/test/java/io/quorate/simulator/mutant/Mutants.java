package io.quorate.simulator.mutant;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** All mutants, in the order of the table. */
final class Mutants {

    /** Those that nothing has found yet: some rest on a rare course of events, some are caught by a second guard. */
    private static final Set<String> ELUSIVE_NAMES = Set.of(
            "votes-of-an-earlier-term-count",
            "longer-log-wins",
            "leader-counts-unsynced-entries",
            "answers-of-an-earlier-term-count",
            "late-answer-confirms-read",
            "two-uncommitted-configurations",
            "change-before-own-commit",
            "snapshot-with-a-later-configuration",
            "torn-tail-not-cut",
            "unproven-tail-not-rewritten",
            "leader-does-not-forget-what-was-lost",
            "truncation-not-recorded",
            "conflicting-log-kept",
            "overtaken-snapshot-installed",
            "snapshot-names-another-index",
            "received-snapshot-not-verified",
            "log-goes-before-its-snapshot",
            "restored-before-the-log-is-reset",
            "replaced-proposal-succeeds",
            "place-taken-means-lost",
            "snapshot-means-lost");

    private static final List<Mutant> TRIED = Stream.of(
                    ElectionMutants.ALL,
                    ReplicationMutants.ALL,
                    ReadMutants.ALL,
                    MembershipMutants.ALL,
                    LogMutants.ALL,
                    SnapshotMutants.ALL,
                    ProposalMutants.ALL,
                    StoreMutants.ALL,
                    AccessMutants.ALL)
            .flatMap(List::stream)
            .toList();

    /** Those that must be found. */
    static final List<Mutant> ALL = TRIED.stream()
            .filter(mutant -> !ELUSIVE_NAMES.contains(mutant.name()))
            .toList();

    /** Those that no search has found yet. */
    static final List<Mutant> ELUSIVE = TRIED.stream()
            .filter(mutant -> ELUSIVE_NAMES.contains(mutant.name()))
            .toList();

    private Mutants() {}
}
