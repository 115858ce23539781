package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.LogDivergedException;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.log.LogSealing;
import io.quorate.engine.transport.LinkQuality;
import io.quorate.engine.transport.LinkQuality.RoundTrips;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.kv.SealProgress;
import io.quorate.kv.Verdict;
import io.quorate.kv.Verification;
import io.quorate.server.metrics.GcPauses;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.metrics.RecentDurations;
import io.quorate.server.report.Exposure;
import io.quorate.server.report.MemberReport;
import io.quorate.server.store.SealedStates;
import io.quorate.server.wire.HttpPages;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Makes a member's report of itself. Thread-safe.
 *
 * @param release that runs here
 * @param member what serves now
 * @param serving whether clients are served at all
 * @param states which keys snapshots need
 */
record OwnReport(
        Release release,
        ServerConfig config,
        OwnMembership membership,
        MemberMetrics metrics,
        GcPauses pauses,
        Supplier<Incarnation> member,
        BooleanSupplier serving,
        MemberSecurity security,
        OwnExposure exposure,
        SealedStates states) {

    private static final long MICROS_PER_MILLI = 1000;

    /** What the member knows now. Waits for the file system for a moment. */
    MemberReport now() {
        DiskQuestion<MemberReport.Disk> room = DiskQuestion.ask(this::disk);
        DiskQuestion<List<SealedStates.Kept>> kept = DiskQuestion.ask(() -> Optional.of(states.look()));
        DiskQuestion<Exposure> exposed = DiskQuestion.ask(() -> Optional.of(exposure.now()));
        Incarnation present = member.get();
        CoreStatus status = present.node().status();
        MvccStore store = present.memberNode().machine().store();
        Configuration configuration = status.configuration();
        return new MemberReport(
                membership.self().toString(),
                config.name(),
                Optional.of(config.zone()).filter(zone -> !zone.isEmpty()),
                HttpPages.ETCD_VERSION,
                Optional.of(release.name()),
                Long.toHexString(membership.clusterId()),
                System.currentTimeMillis(),
                status.role().name().toLowerCase(Locale.ROOT).replace('_', '-'),
                status.term(),
                status.leader().map(MemberId::toString),
                status.last().index(),
                status.syncedIndex(),
                status.commitIndex(),
                status.appliedIndex(),
                status.snapshot().index(),
                status.votingSuspended(),
                status.stateMissing(),
                present.fence().isUp(),
                serving.getAsBoolean(),
                stopped(present),
                present.node().stopCause().flatMap(Damage::ofDivergedLog).map(OwnReport::divergence),
                config.electionTimeout().toMillis(),
                alarms(store),
                ids(configuration.voters()),
                ids(configuration.outgoingVoters()),
                ids(configuration.learners()),
                ids(configuration.witnesses()),
                configuration.removed().size(),
                members(configuration, store.members()),
                status.followers().stream().map(this::follower).toList(),
                verification(store.verification()),
                room.answer(),
                sync(),
                pauses.recent()
                        .map(recent -> new MemberReport.Gc(
                                recent.count(),
                                recent.p99Micros() / MICROS_PER_MILLI,
                                recent.maxMicros() / MICROS_PER_MILLI)),
                present.memberNode().links().links().stream()
                        .map(OwnReport::link)
                        .toList(),
                missing(present),
                transfers(),
                Optional.of(score(present.grey().present())),
                present.newcomer().waitsFor(),
                security.told(),
                exposed.answer(),
                sealed(present.node().logSealing(), store, kept.answer().orElseGet(states::last)),
                Optional.of(new OwnDetections(metrics, security.furtherSigns()).now()));
    }

    private static List<MemberReport.Sealed> sealed(LogSealing log, MvccStore store, List<SealedStates.Kept> states) {
        List<MemberReport.Sealed> told = new ArrayList<>();
        if (log.plain().segments() > 0) {
            told.add(sealed(Optional.empty(), log.plain()));
        }
        log.byKey().forEach((key, share) -> told.add(sealed(Optional.of(key), share)));
        told.add(sealed(store));
        states.forEach(state -> told.add(sealed(state)));
        return told;
    }

    private static MemberReport.Sealed sealed(SealedStates.Kept state) {
        boolean hasOthers = state.keyId().isPresent() && !state.settled();
        String what = state.what() + (hasOthers ? ", with values in plain or of an older key" : "");
        return new MemberReport.Sealed(what, state.keyId(), state.files(), state.bytes());
    }

    /** A store that still has something to be sealed says so by its name. */
    private static MemberReport.Sealed sealed(MvccStore store) {
        Optional<SealProgress> progress = store.sealProgress();
        String what = progress.filter(sealing -> !sealing.settled())
                .map(sealing -> sealing.left().isPresent()
                        ? "store, " + sealing.left().getAsLong() + " values to seal anew"
                        : "store, values to seal anew being counted")
                .orElse("store");
        return new MemberReport.Sealed(what, progress.map(SealProgress::masterKeyId), 1, store.sizeBytes());
    }

    private static MemberReport.Sealed sealed(Optional<String> key, LogSealing.Share share) {
        return new MemberReport.Sealed("log", key, share.segments(), share.bytes());
    }

    private static MemberReport.Score score(GreyWatch.Present present) {
        return new MemberReport.Score(
                present.score().value(),
                present.ailing(),
                present.rests().toMillis(),
                present.score().readings().stream()
                        .map(reading -> new MemberReport.ScoredPart(
                                reading.part().word(),
                                reading.score(),
                                reading.micros(),
                                reading.fineMicros(),
                                reading.failingMicros()))
                        .toList());
    }

    private static Optional<String> stopped(Incarnation present) {
        return present.node().stopCause().map(cause -> String.valueOf(cause.getMessage()));
    }

    private static MemberReport.LogDivergence divergence(LogDivergedException diverged) {
        return new MemberReport.LogDivergence(
                diverged.id().term(),
                diverged.id().index(),
                Long.toHexString(diverged.ownHash()),
                Long.toHexString(diverged.leadersHash()));
    }

    private static List<String> ids(Collection<MemberId> members) {
        return members.stream().map(MemberId::toString).toList();
    }

    private static List<MemberReport.Alarm> alarms(MvccStore store) {
        return store.raisedAlarms().stream()
                .map(alarm -> new MemberReport.Alarm(alarm.type().name(), Long.toHexString(alarm.memberId())))
                .toList();
    }

    private static List<MemberReport.Known> members(Configuration configuration, List<PublishedMember> published) {
        Map<Long, PublishedMember> byId =
                published.stream().collect(Collectors.toMap(PublishedMember::memberId, Function.identity()));
        return configuration.members().stream()
                .map(id -> {
                    PublishedMember told =
                            byId.getOrDefault(id.value(), new PublishedMember(id.value(), "", List.of(), ""));
                    return new MemberReport.Known(
                            id.toString(),
                            told.name(),
                            Optional.of(told.zone()).filter(zone -> !zone.isEmpty()),
                            configuration.addresses().getOrDefault(id, List.of()),
                            told.clientUrls(),
                            Optional.of(configuration.priority(id)));
                })
                .toList();
    }

    private MemberReport.Follower follower(CoreStatus.FollowerStatus follower) {
        long tickMillis = NodeOptions.Timing.of(config.heartbeatInterval(), config.electionTimeout())
                .tick()
                .toMillis();
        return new MemberReport.Follower(
                follower.member().toString(),
                follower.state(),
                follower.matchIndex(),
                follower.nextIndex(),
                follower.recentlyActive(),
                follower.silentTicks() * tickMillis);
    }

    private static MemberReport.Verification verification(Verification verification) {
        List<String> agreed = verification.verdict() instanceof Verdict.Agreed equal
                ? equal.equal().stream().map(Long::toHexString).toList()
                : List.of();
        return new MemberReport.Verification(
                verification.verifyIndex(),
                verification.verifyIndex() > 0 && verification.isComplete(),
                agreed,
                verification.divergences().keySet().stream()
                        .map(Long::toHexString)
                        .toList(),
                verification.divergences().values().stream()
                        .map(divergence -> new MemberReport.Divergence(
                                Long.toHexString(divergence.memberId()),
                                divergence.verifyIndex(),
                                divergence.buckets()))
                        .toList());
    }

    private Optional<MemberReport.Disk> disk() {
        if (config.ephemeral()) {
            return Optional.empty();
        }
        try {
            FileStore store = Files.getFileStore(config.dataDir());
            return Optional.of(new MemberReport.Disk(store.getUsableSpace(), store.getTotalSpace()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private MemberReport.Sync sync() {
        RecentDurations.Summary recent =
                metrics.logSyncs().recent().orElseGet(() -> new RecentDurations.Summary(0, 0, 0, 0));
        return new MemberReport.Sync(
                recent.count(),
                recent.p50Micros(),
                recent.p99Micros(),
                recent.maxMicros(),
                metrics.logSyncs().pendingMillis());
    }

    private static MemberReport.Link link(LinkQuality link) {
        return new MemberReport.Link(
                link.member().toString(),
                link.connected(),
                link.roundTrips().map(OwnReport::micros),
                link.sent(),
                link.lost(),
                link.outages());
    }

    private static MemberReport.Rtt micros(RoundTrips trips) {
        return new MemberReport.Rtt(
                trips.count(), trips.minNanos() / 1000, trips.p50Nanos() / 1000, trips.p99Nanos() / 1000);
    }

    private static Optional<MemberReport.MissingEntries> missing(Incarnation present) {
        return present.node()
                .missingEntries()
                .map(missing -> new MemberReport.MissingEntries(
                        missing.end().index(),
                        (int) Math.min(missing.damagedCount(), Integer.MAX_VALUE),
                        missing.wantedIndex(),
                        ids(missing.lackedBy())));
    }

    private List<MemberReport.SnapshotTransfer> transfers() {
        return metrics.snapshotTransfers().underWay().stream()
                .map(transfer -> new MemberReport.SnapshotTransfer(
                        transfer.to().toString(),
                        transfer.snapshotIndex(),
                        transfer.doneBytes(),
                        transfer.totalBytes()))
                .toList();
    }
}
