package io.quorate.server.recover;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.inspect.Finding;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.server.inspect.Comparison;
import io.quorate.server.inspect.DataReport.Line;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.inspect.InspectedState;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.recover.Fate.Kind;
import io.quorate.server.recover.RecoveryReport.Entries;
import io.quorate.server.recover.RecoveryReport.Member;
import io.quorate.server.recover.RecoveryReport.Other;
import io.quorate.server.recover.RecoveryReport.Outlook;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The survivors of a cluster, looked at together. Keeps their directories locked until it is closed, so that none of them starts
 * meanwhile; writes nothing. For one thread.
 */
public final class Recovery implements AutoCloseable {

    private final List<InspectedMember> members;
    private final List<Survivor> survivors = new ArrayList<>();
    private List<Finding> comparison = List.of();
    private Optional<RecoveryPlan> plan = Optional.empty();

    private final Optional<MasterKeys> keys;

    private Recovery(List<InspectedMember> members, Optional<MasterKeys> keys) {
        this.members = List.copyOf(members);
        this.keys = keys;
    }

    /**
     * Looks at the survivors' directories, every byte of them.
     *
     * @param directories by what to call them; at least one
     * @param statesToo whether to go on from a state in place of a log that has lost something, rather than to lose what it has applied
     * @param keys of what is sealed, with which what is made of it is sealed too
     * @throws DataDirectoryException with one sentence if one of them is in use or no member's, or if they do not belong together
     */
    public static Recovery of(SortedMap<String, Path> directories, boolean statesToo, Optional<MasterKeys> keys)
            throws IOException {
        List<InspectedMember> members = new ArrayList<>();
        directories.forEach((name, path) -> members.add(InspectedMember.of(name, path, keys)));
        Recovery recovery = new Recovery(members, keys);
        try {
            recovery.look(statesToo);
            return recovery;
        } catch (IOException | RuntimeException e) {
            recovery.close();
            throw e;
        }
    }

    private void look(boolean statesToo) throws IOException {
        for (InspectedMember member : members) {
            Survivor survivor = Evidence.of(member);
            for (Survivor other : survivors) {
                requireTogether(other, survivor);
            }
            survivors.add(survivor);
        }
        comparison = Comparison.of(members);
        plan = statesToo ? RecoveryPlan.ofStatesToo(survivors) : RecoveryPlan.of(survivors);
    }

    private static void requireTogether(Survivor one, Survivor other) throws DataDirectoryException {
        if (one.identity().clusterId() != other.identity().clusterId()) {
            throw new DataDirectoryException(one.directory() + " is of cluster "
                    + new ClusterEpoch(one.identity().clusterId()) + ", and " + other.directory() + " of "
                    + new ClusterEpoch(other.identity().clusterId()) + ": name the directories of one cluster.");
        }
        if (one.id().equals(other.id())) {
            throw new DataDirectoryException(one.directory() + " and " + other.directory() + " are both of member "
                    + one.id() + ": name the later one alone.");
        }
    }

    /** What is sealed, and is to be. */
    public Optional<MasterKeys> keys() {
        return keys;
    }

    /** The decision; empty if it is possible to go on from none of the survivors. */
    public Optional<RecoveryPlan> plan() {
        return plan;
    }

    /**
     * The decision, if it may be carried out.
     *
     * @param force whether that may be done in spite of doubts
     * @throws DataDirectoryException with one sentence if it may not
     */
    public RecoveryPlan requirePlan(boolean force) throws DataDirectoryException {
        RecoveryPlan decided = plan.orElseThrow(() -> new DataDirectoryException(
                survivors.stream()
                                .anyMatch(
                                        survivor -> survivor.standing().alone().isPresent())
                        ? "It is impossible to go on from the log of any of these: --state-only goes on from a"
                                + " state, and gives up what the log had behind it."
                        : "It is impossible to go on from any of these: import a snapshot into a new cluster"
                                + " instead."));
        if (decided.quorumIsThere()) {
            throw new DataDirectoryException("Those at hand are a quorum, and nothing has to be recovered:"
                    + " start them instead, and they elect a leader by themselves.");
        }
        List<String> doubts = doubts(decided);
        if (!force && !doubts.isEmpty()) {
            throw new DataDirectoryException("Nothing was changed, since "
                    + (doubts.size() == 1
                            ? "there is a doubt (" + doubts.getFirst() + ")"
                            : "there are " + doubts.size() + " doubts")
                    + ": look at the report, and add --force to go on in spite of it.");
        }
        return decided;
    }

    /** All ids that the cluster has used, as far as the survivors know. */
    public SortedSet<MemberId> knownIds() {
        SortedSet<MemberId> ids = new TreeSet<>();
        for (Survivor survivor : survivors) {
            ids.add(survivor.id());
            ids.addAll(survivor.members().members());
            ids.addAll(survivor.members().removed());
        }
        return ids;
    }

    /** Where a survivor's data are, which stay locked as long as this is open. */
    public Path folderOf(Survivor survivor) {
        return inspected(survivor).folder();
    }

    private InspectedMember inspected(Survivor survivor) {
        for (int i = 0; i < survivors.size(); i++) {
            if (survivors.get(i).id().equals(survivor.id())) {
                return members.get(i);
            }
        }
        throw new IllegalArgumentException(survivor.name() + " is none of these");
    }

    /** What has to be accepted by force: it cannot be told who is right, or what was committed is known to be lost. */
    private List<String> doubts(RecoveryPlan decided) {
        List<String> doubts = new ArrayList<>();
        comparison.stream().filter(Finding::isDamage).map(Finding::what).forEach(doubts::add);
        decided.best()
                .standing()
                .doubt()
                .map(doubt -> decided.best().name() + ": " + doubt)
                .ifPresent(doubts::add);
        decided.fates().stream()
                .filter(fate -> fate.kind() == Kind.LOST)
                .map(fate -> "the entries " + fate.first() + " to " + fate.last()
                        + " are known to be committed, and would be lost")
                .forEach(doubts::add);
        return doubts;
    }

    /** All that was found. */
    public RecoveryReport report() {
        ClusterEpoch epoch = new ClusterEpoch(survivors.getFirst().identity().clusterId());
        return new RecoveryReport(
                Long.toHexString(epoch.clusterId()),
                epoch.number(),
                survivors.stream().map(Recovery::member).toList(),
                comparison.stream().map(Line::of).toList(),
                plan.map(this::outlook));
    }

    private static Member member(Survivor survivor) {
        Survivor.Standing standing = survivor.standing();
        return new Member(
                survivor.directory(),
                survivor.name(),
                survivor.id().toString(),
                survivor.hardState().term(),
                survivor.hardState().votedFor().map(MemberId::toString),
                survivor.log().last().toString(),
                standing.committed(),
                standing.snapshot().map(Object::toString),
                standing.state().map(InspectedState::appliedIndex),
                standing.state().map(InspectedState::revision),
                standing.state().map(InspectedState::digest),
                standing.whole(),
                standing.alone().map(InspectedState::appliedIndex),
                standing.unfit(),
                standing.doubt());
    }

    private Outlook outlook(RecoveryPlan decided) {
        Survivor best = decided.best();
        SortedSet<MemberId> voters = best.members().allVoters();
        long atHand = survivors.stream()
                .filter(survivor -> survivor.standing().whole() && voters.contains(survivor.id()))
                .count();
        return new Outlook(
                best.directory(),
                best.name(),
                best.log().last().toString(),
                decided.certain(),
                voters.size(),
                best.members().voters().size() / 2 + 1,
                (int) atHand,
                !decided.quorumIsThere(),
                decided.byStateAlone(),
                others(decided, inspected(best).store().map(MvccStore::members).orElse(List.of())),
                decided.fates().stream().map(Recovery::entries).toList(),
                decided.unseenLoss(),
                doubts(decided));
    }

    /**
     * The members besides the best survivor, as its log has them.
     *
     * @param published what members have published of themselves: a store may be behind the log, and know less
     */
    public List<Other> others(RecoveryPlan decided, List<PublishedMember> published) {
        Configuration known = decided.best().members();
        Map<Long, String> names =
                published.stream().collect(Collectors.toMap(PublishedMember::memberId, PublishedMember::name));
        return known.members().stream()
                .filter(id -> !id.equals(decided.best().id()))
                .map(id -> new Other(
                        id.toString(),
                        names.getOrDefault(id.value(), ""),
                        known.isVoter(id),
                        known.addresses().getOrDefault(id, List.of()),
                        !decided.missing().contains(id)))
                .sorted(Comparator.comparing(Other::name))
                .toList();
    }

    private static Entries entries(Fate fate) {
        return new Entries(
                fate.kind().name().toLowerCase(Locale.ROOT),
                fate.kind().isKept(),
                fate.whose().name(),
                fate.first(),
                fate.last(),
                fate.why());
    }

    @Override
    public void close() throws IOException {
        for (InspectedMember member : members) {
            member.close();
        }
    }
}
