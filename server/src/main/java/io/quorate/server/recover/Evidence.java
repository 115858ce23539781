package io.quorate.server.recover;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateRepair;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.disk.ReadOnlyDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.LogInspection;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.inspect.InspectedState;
import io.quorate.server.recover.Survivor.Standing;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/** Makes a {@link Survivor} of what was found in a data directory. */
final class Evidence {

    private final InspectedMember member;
    private final Identity identity;

    /** What can be relied on of the log; empty if that is damaged such that not even the member's vote is known. */
    private final Optional<LogInspection.Content> content;

    /** The snapshot that a start would let the log begin at: it had arrived, and a crash kept it from being installed. */
    private final Optional<Start> arrived;

    private Evidence(InspectedMember member, Identity identity) {
        this.member = member;
        this.identity = identity;
        this.content = member.content();
        long last = content.map(log -> log.last().index()).orElse(0L);
        this.arrived =
                member.newestSnapshot().filter(start -> start.meta().last().index() > last);
    }

    /**
     * Judges one member's data.
     *
     * @throws DataDirectoryException if it is in use, is sealed with a key that is missing or wrong, does not even tell whose it is, or holds nothing that is intact
     */
    static Survivor of(InspectedMember member) throws IOException {
        if (member.refusedKey().isPresent()) {
            throw new DataDirectoryException(member.name() + " cannot be looked at. "
                    + member.refusedKey().get().getMessage());
        }
        if (member.refusal().isPresent()) {
            throw new DataDirectoryException(
                    member.name() + " is in use by a running member: stop all members of the cluster first.");
        }
        Identity identity = member.identity().orElseThrow(() -> unusable(member));
        boolean tellsNothing = member.content().isEmpty()
                && member.storeState().isEmpty()
                && member.newestSnapshot().isEmpty();
        if (tellsNothing) {
            throw unusable(member);
        }
        return new Evidence(member, identity).survivor();
    }

    private static DataDirectoryException unusable(InspectedMember member) {
        String why = member.findings().stream()
                .filter(Finding::isDamage)
                .map(finding -> finding.file() + ": " + finding.what())
                .findFirst()
                .orElse("it holds no log");
        return new DataDirectoryException(
                member.name() + " is of no use for a recovery (" + why + "): leave it out, and name the others.");
    }

    private Survivor survivor() throws IOException {
        SurvivingLog log = arrived.map(SurvivingLog::at)
                .or(() -> content.map(SurvivingLog::of))
                .orElseGet(SurvivingLog::none);
        Configuration members = arrived.map(start -> start.meta().configuration())
                .or(() -> content.map(LogInspection.Content::configuration))
                .orElseGet(() -> Configuration.of(Set.of()));
        Optional<String> damage = damage();
        Optional<StateRepair> givenUp = StateRepair.find(new ReadOnlyDisk(member.folder()));
        Optional<InspectedState> alone = damage.isPresent() && givenUp.isEmpty() ? alone(members) : Optional.empty();
        Optional<InspectedState> state = state(log);
        Standing standing = new Standing(
                committed(),
                member.newestSnapshotAsWritten().map(start -> start.meta().last()),
                state,
                unreadable(),
                damage.isEmpty(),
                alone,
                damage.or(() -> notAMember(members))
                        .or(this::witness)
                        .or(() -> empty(log))
                        .or(() -> givenUp.map(Evidence::text))
                        .or(() -> withoutState(log)),
                divergence().or(() -> alone.or(() -> state).flatMap(this::incomparable)));
        return new Survivor(member.name(), identity, hardState(log), log, members, standing);
    }

    private Optional<InspectedState> alone(Configuration members) {
        return notAMember(members).isEmpty() && !member.isWitness()
                ? member.farthestState().filter(state -> state.appliedIndex() > 0)
                : Optional.empty();
    }

    /** Where term and vote are lost, what is known of the term is that of the last entry that is known. */
    private HardState hardState(SurvivingLog log) {
        return content.map(LogInspection.Content::hardState)
                .orElseGet(() -> new HardState(
                        log.last().term(), Optional.empty(), log.last().index()));
    }

    /** The last entry that the log has had, as far as its damage tells. */
    private OptionalLong unreadable() {
        return member.logFindings().stream()
                .filter(Finding::isDamage)
                .flatMap(finding -> finding.entries().stream())
                .mapToLong(Finding.EntryRange::last)
                .max();
    }

    /** Only what was committed is applied, or covered by a snapshot. */
    private long committed() {
        long snapshot = member.newestSnapshot()
                .map(start -> start.meta().last().index())
                .orElse(0L);
        // Up to where a store has applied is known although what it holds may be wrong.
        long applied = Stream.of(member.farthestState(), member.storeState())
                .flatMap(Optional::stream)
                .mapToLong(InspectedState::appliedIndex)
                .max()
                .orElse(0);
        long logged = content.map(log -> log.hardState().commitIndex()).orElse(0L);
        return Math.max(logged, Math.max(snapshot, applied));
    }

    /** What keeps the log from being all that the member ever acknowledged. */
    private Optional<String> damage() {
        Optional<String> found = member.logFindings().stream()
                .filter(Finding::isDamage)
                .map(finding -> "its log is damaged: " + finding.what())
                .findFirst()
                .or(() -> member.findings().stream()
                        .filter(finding -> finding.isDamage() && contradictsLog(finding))
                        .map(finding -> "its data contradict each other: " + finding)
                        .findFirst());
        return found.isEmpty()
                        && content.filter(LogInspection.Content::votingSuspended)
                                .isPresent()
                ? Optional.of("its log was damaged before, and had not got back what it had lost")
                : found;
    }

    /**
     * A store that is ahead of the log has applied entries of a log that had them: that log has lost its end, and with it what nobody knows. A
     * snapshot behind the log's end explains nothing. If it had arrived, the log begins there, durably, before the store is that of the
     * snapshot; so it was the member's own.
     */
    private static boolean contradictsLog(Finding finding) {
        return finding.entries().isPresent();
    }

    private Optional<String> notAMember(Configuration members) {
        MemberId self = identity.member();
        if (members.voters().isEmpty()) {
            return Optional.of("its log does not say who the members are");
        }
        return members.hasRemoved(self) ? Optional.of("it was removed from the cluster") : Optional.empty();
    }

    private Optional<String> witness() {
        return member.isWitness() ? Optional.of("it is a witness's, which holds no data") : Optional.empty();
    }

    private static Optional<String> empty(SurvivingLog log) {
        return log.last().equals(EntryId.ORIGIN) ? Optional.of("its log is empty") : Optional.empty();
    }

    private static String text(StateRepair givenUp) {
        return "it had given up its state and not got another one: " + givenUp.reason();
    }

    /** The store's, if that is intact; one that could not be compared with what was written only where nothing else leads on. */
    private Optional<InspectedState> state(SurvivingLog log) {
        return member.intactStoreState().filter(state -> member.wasCompared(state) || !leadsWithoutStore(log));
    }

    /** Whether the log does so from its beginning, or from a snapshot. */
    private boolean leadsWithoutStore(SurvivingLog log) {
        return log.base().index() == 0
                || member.newestSnapshotAsWritten()
                        .filter(start -> log.reaches(start.meta().last().index()))
                        .isPresent();
    }

    /** As a start would bring them together: from the beginning, from the store, or from a snapshot. */
    private Optional<String> withoutState(SurvivingLog log) {
        boolean fromStore = member.intactStoreState()
                .filter(state -> log.reaches(state.appliedIndex()))
                .isPresent();
        return fromStore || leadsWithoutStore(log)
                ? Optional.empty()
                : Optional.of(
                        member.intactStoreState().isEmpty()
                                        && member.storeState().isPresent()
                                ? "no snapshot that holds what was written leads to the entries of its log, and its store"
                                        + " holds something else"
                                : "neither its store nor a snapshot that holds what was written leads to the entries of its"
                                        + " log");
    }

    private Optional<String> incomparable(InspectedState state) {
        return member.wasCompared(state)
                ? Optional.empty()
                : Optional.of("whether " + state.file()
                        + " holds what was written could not be compared, and there is nothing"
                        + " else of it to go on from");
    }

    private Optional<String> divergence() {
        return member.store()
                .flatMap(store ->
                        store.verification().divergence(identity.member().value()))
                .map(divergence -> "its state was found to differ from the others' at entry " + divergence.verifyIndex()
                        + ", and whether it was repaired since is not known");
    }
}
