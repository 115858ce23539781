package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;
import static io.quorate.simulator.mutant.Mutant.engine;

import java.util.List;

/** Bugs of changes of the configuration. */
final class MembershipMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "configuration-not-rolled-back",
                    "A configuration stays in force when its entry is truncated.",
                    "thesis 4.1; corner case 17",
                    core("NodeState"),
                    """
                    log.truncateFrom(index);
                            configurations.truncateFrom(index);
                    """,
                    """
                    log.truncateFrom(index);
                    """),
            new Mutant(
                    "configuration-in-force-when-committed",
                    "A configuration is in force only when it is committed.",
                    "thesis 4.1; corner case 17",
                    core("NodeState"),
                    "return configurations.quorum();",
                    "return new Quorum(configurations.at(commitIndex).configuration());"),
            new Mutant(
                    "learners-count",
                    "Any copies count for commitment, those of learners too.",
                    "thesis 4.2.1",
                    core("Replication"),
                    "long index = node.quorum()\n",
                    """
                    long copies = java.util.stream.Stream.concat(
                                            java.util.stream.Stream.of(node.log().syncedIndex()),
                                            leader.followers().stream().map(FollowerProgress::matchIndex))
                                    .sorted(java.util.Comparator.reverseOrder())
                                    .skip(node.configuration().voters().size() / 2)
                                    .findFirst()
                                    .orElse(0L);
                            boolean counted = !node.configuration().learners().isEmpty();
                            long index = counted ? copies : node.quorum()
                    """),
            new Mutant(
                    "joint-needs-one-majority",
                    "A joint configuration commits by the majority of the old voters alone.",
                    "paper section 6",
                    core("Replication"),
                    "long index = node.quorum()\n",
                    """
                    io.quorate.core.quorum.Configuration now = node.configuration();
                            long index = new io.quorate.core.quorum.Quorum(io.quorate.core.quorum.Configuration.of(
                                            now.isJoint() ? now.outgoingVoters() : now.voters()))
                    """),
            new Mutant(
                    "many-voters-changed-at-once",
                    "Any change of the voters is done in one step.",
                    "thesis 4.1",
                    core("MembershipChange"),
                    "return added + removed <= 1;",
                    "return added + removed <= 9;"),
            new Mutant(
                    "removed-leader-counts-itself",
                    "A leader that removes itself counts its own copy.",
                    "thesis 4.2.2; corner case 19",
                    core("Replication"),
                    "long index = node.quorum()\n",
                    """
                    java.util.Set<io.quorate.core.quorum.MemberId> counted =
                                    new java.util.TreeSet<>(node.configuration().voters());
                            counted.add(node.self());
                            long index = (node.configuration().isJoint()
                                            ? node.quorum()
                                            : new io.quorate.core.quorum.Quorum(
                                                    io.quorate.core.quorum.Configuration.of(counted)))
                    """),
            new Mutant(
                    "two-uncommitted-configurations",
                    "A change begins while the one before it is not committed.",
                    "thesis 4.1; corner case 16",
                    core("MembershipChange"),
                    "boolean pending = node.configurations().currentIndex() > node.commitIndex()\n",
                    "boolean pending = node.configurations().currentIndex() < 0\n"),
            new Mutant(
                    "change-before-own-commit",
                    "A new leader changes the configuration before an entry of its term is committed.",
                    "the single-server bug of 2015; corner case 16",
                    core("MembershipChange"),
                    """
                    if (node.commitIndex() < leader.firstIndex()) {
                                return Optional.of(""",
                    """
                    if (node.commitIndex() < 0) {
                                return Optional.of("""),
            new Mutant(
                    "snapshot-with-a-later-configuration",
                    "A snapshot carries the latest configuration, not that of its own index.",
                    "corner case 18",
                    engine("log.RaftLog"),
                    "return index.metaAt(at, start.meta());",
                    """
                    SnapshotMeta latest = index.metaAt(lastId().index(), start.meta());
                            return new SnapshotMeta(idAt(at), latest.configuration(), latest.configurationIndex());"""),
            new Mutant(
                    "priority-zero-campaigns",
                    "A member of priority 0 campaigns like any other.",
                    "docs/elections.md",
                    core("NodeState"),
                    "return priority() == 0 && configurations",
                    "return priority() < 0 && configurations"),
            new Mutant(
                    "change-acknowledged-when-appended",
                    "A change of members is said to be done as soon as it is appended.",
                    "corner case 16",
                    engine("MembershipChanges"),
                    "underWay = Optional.of(new UnderWay(change.target, change.done, Optional.of(id)));",
                    """
                    underWay = Optional.of(new UnderWay(change.target, change.done, Optional.of(id)));
                                change.done.complete(change.target);"""),
            new Mutant(
                    "change-of-other-members",
                    "A change is made though others have changed the members since it was asked for.",
                    "corner case 16; etcd's Cluster API",
                    engine("NodeRequests"),
                    "if (base.isPresent() && !base.get().equals(core.configuration())) {",
                    "if (base.isPresent() && base.get().isJoint()) {"),
            new Mutant(
                    "wiped-member-let-in",
                    "Nobody is known again by the storage that it came with before.",
                    "corner case 8",
                    engine("transport.StorageIds"),
                    "return present.others().getOrDefault(member, UNKNOWN);",
                    "return UNKNOWN;"));

    private MembershipMutants() {}
}
