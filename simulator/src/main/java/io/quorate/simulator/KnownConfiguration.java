package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.RaftNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an operator knows of the configuration that is committed: the last one that was, and whether another may be, or may become
 * so, since the answer to a change has not come or has left that open. Then it looks until it knows.
 */
final class KnownConfiguration {

    private static final long LOOK_AGAIN_NANOS = 500_000_000;

    private final Agenda agenda;
    private final Cluster cluster;
    private final Consumer<Configuration> committing;

    private Configuration committed;

    /** Whether the answer to a change that was asked for has left open what became of it. */
    private boolean leftOpen;

    /** Who was asked for a change, and has not answered. */
    private final List<SimulatedProcess> asked = new ArrayList<>();

    private boolean looking;

    /** @param committing told each configuration that has come to be known as committed */
    KnownConfiguration(Agenda agenda, Cluster cluster, Consumer<Configuration> committing) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.committing = committing;
        this.committed = cluster.beginning();
    }

    /** Whether another configuration than the known one may be committed, or become so. */
    boolean isUncertain() {
        return leftOpen || !asked.isEmpty();
    }

    /** The configuration, if it is certain that no other can come into force by itself. */
    Optional<Configuration> settled() {
        return isUncertain() ? Optional.empty() : Optional.of(committed);
    }

    /** A process is asked for a change; it gives one of the three answers, or dies. */
    void ask(SimulatedProcess process) {
        asked.add(process);
        if (!looking) {
            looking = true;
            agenda.after(LOOK_AGAIN_NANOS, this::look);
        }
    }

    /** The change was made. */
    void acknowledged(SimulatedProcess process, Configuration target) {
        asked.remove(process);
        leftOpen = false;
        commit(target);
    }

    /** The change was not made, and will not be. */
    void refused(SimulatedProcess process) {
        asked.remove(process);
    }

    /** The change may have been made, or be made yet. */
    void leftOpen(SimulatedProcess process) {
        asked.remove(process);
        leftOpen = true;
    }

    private void look() {
        leftOpen |= asked.removeIf(process -> !process.isAlive());
        if (leftOpen && asked.isEmpty()) {
            certain().ifPresent(certain -> {
                leftOpen = false;
                commit(certain);
            });
        }
        looking = isUncertain();
        if (looking) {
            agenda.after(LOOK_AGAIN_NANOS, this::look);
        }
    }

    private void commit(Configuration configuration) {
        committed = configuration;
        committing.accept(configuration);
    }

    /**
     * The leader's, once all of its log is committed: a change that is not in there can't come any more. All voters have to be in
     * its term, or another one, that does not run at present, may have been elected after it.
     */
    private Optional<Configuration> certain() {
        return cluster.leader()
                .flatMap(SimulatedMember::node)
                .map(RaftNode::status)
                .filter(leading -> leading.commitIndex() == leading.last().index()
                        && !leading.configuration().isJoint()
                        && leading.configuration().voters().stream()
                                .map(cluster::member)
                                .allMatch(voter -> voter.isRetired() || isInTerm(voter, leading.term())))
                .map(CoreStatus::configuration);
    }

    private static boolean isInTerm(SimulatedMember member, long term) {
        return member.node().filter(node -> node.status().term() == term).isPresent();
    }
}
