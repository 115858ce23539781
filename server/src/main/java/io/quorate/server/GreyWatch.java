package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.kv.Result;
import io.quorate.server.audit.OwnDeeds;
import io.quorate.server.grey.Bulletin;
import io.quorate.server.grey.Bulletins;
import io.quorate.server.grey.GivingWay;
import io.quorate.server.grey.GreyScore;
import io.quorate.server.grey.Reading;
import io.quorate.server.grey.VitalSigns;
import io.quorate.server.metrics.MemberMetrics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member's watch over itself, with the thread that it has: it measures how the member is, tells the leader, and has the leader give way
 * that fails slowly. Thread-safe.
 */
final class GreyWatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GreyWatch.class);

    /** What a member told longer ago, in election timeouts, says nothing of how it is now. */
    private static final int FRESH_TIMEOUTS = 4;

    private static final long REST_SECONDS = 10;

    /**
     * How the member is.
     *
     * @param ailing whether the score has been bad for so long that it should not lead
     * @param rests how long it is not handed the leadership yet, since it has given way
     */
    record Present(GreyScore score, boolean ailing, Duration rests) {}

    private final ServerConfig config;
    private final RaftNode<Result> node;
    private final MemberNode parts;
    private final MemberMetrics metrics;
    private final OwnDeeds deeds;
    private final VitalSigns vitalSigns;
    private final GivingWay givingWay;
    private final Bulletins bulletins = new Bulletins();
    private final LongConsumer syncs;
    private final ScheduledThreadPoolExecutor thread;
    private volatile Present present = new Present(GreyScore.UNKNOWN, false, Duration.ZERO);
    private Set<MemberId> unwell = Set.of();
    private volatile boolean givesWay;

    /** The node has stopped: what it knew last, that it leads for example, is true no more. */
    private volatile boolean over;

    private GreyWatch(ServerConfig config, MemberNode parts, MemberMetrics metrics, OwnDeeds deeds) {
        this.config = config;
        this.deeds = deeds;
        this.node = parts.node();
        this.parts = parts;
        this.metrics = metrics;
        this.vitalSigns = new VitalSigns(config.electionTimeout(), System::nanoTime);
        this.givingWay = new GivingWay(config.electionTimeout());
        this.syncs = vitalSigns::synced;
        this.thread = new ScheduledThreadPoolExecutor(
                1,
                task -> Thread.ofPlatform()
                        .daemon()
                        .name(config.name() + "-grey")
                        .unstarted(task));
    }

    /** Begins to look, once in each election timeout, and to measure more often. */
    static GreyWatch start(ServerConfig config, MemberNode parts, MemberMetrics metrics, OwnDeeds deeds) {
        GreyWatch started = new GreyWatch(config, parts, metrics, deeds);
        metrics.logSyncs().tell(started.syncs);
        var unused = started.node.stopped().thenRun(() -> started.over = true);
        started.repeat(started::beat, started.vitalSigns.beatInterval());
        started.repeat(started::look, config.electionTimeout());
        return started;
    }

    private void repeat(Consumer<CoreStatus> task, Duration interval) {
        Future<?> unused = thread.scheduleWithFixedDelay(
                () -> {
                    if (over) {
                        return;
                    }
                    try {
                        task.accept(node.status());
                    } catch (RuntimeException e) {
                        LOG.warn("How the member is was not looked at this time: {}", e.toString(), e);
                    }
                },
                interval.toNanos(),
                interval.toNanos(),
                TimeUnit.NANOSECONDS);
    }

    private void beat(CoreStatus status) {
        vitalSigns.beat(status.commitIndex(), status.appliedIndex());
    }

    private void look(CoreStatus status) {
        long now = System.nanoTime();
        GreyScore score = vitalSigns.score(
                metrics.logSyncs().pendingMillis(),
                status.self(),
                status.configuration(),
                parts.links().links());
        bulletins.keep(status.configuration().members());
        Optional<Bulletin> heir = givingWay.look(now, score.value(), leads(status), heirs(status, now));
        present = new Present(score, givingWay.ailing(), givingWay.restsFor(now));
        metrics.scored(
                score.value(),
                score.readings().stream()
                        .collect(Collectors.toMap(reading -> reading.part().word(), Reading::score)));
        tellUnwell();
        tellLeader(status);
        boolean may = config.upkeep().onGreyFailure() == Upkeep.OnGreyFailure.GIVE_WAY && !givesWay;
        if (may && heir.isPresent() && !operationUnderWay()) {
            giveWay(heir.get(), score);
        }
    }

    private static boolean leads(CoreStatus status) {
        return status.role() == RoleName.LEADER;
    }

    /** What those have told lately that could lead instead, as far as this member hears them as the leader. */
    private List<Bulletin> heirs(CoreStatus status, long now) {
        long maxAgeNanos = config.electionTimeout().multipliedBy(FRESH_TIMEOUTS).toNanos();
        return status.followers().stream()
                .filter(follower -> follower.recentlyActive()
                        && !follower.state().equals(CoreStatus.FollowerStatus.SNAPSHOT)
                        && status.configuration().isVoter(follower.member())
                        && status.configuration().priority(follower.member()) > 0)
                .flatMap(follower -> bulletins.of(follower.member(), now, maxAgeNanos).stream())
                .toList();
    }

    /** Whoever leads must know, or it would hand the leadership back to one of a higher priority that has just given way. */
    private void tellUnwell() {
        Set<MemberId> found = bulletins.unwell();
        if (!found.equals(unwell)) {
            unwell = found;
            node.unwell(found);
        }
    }

    /** A bulletin that is lost is followed by the next; the leader's own is not asked for. */
    private void tellLeader(CoreStatus status) {
        if (leads(status) || status.leader().isEmpty()) {
            return;
        }
        Present now = present;
        Bulletin bulletin = new Bulletin(
                status.self(),
                now.score().value(),
                now.ailing(),
                !now.rests().isZero(),
                status.abstention().isPresent());
        var unused = node.askLeader(bulletin.encoded()).exceptionally(failure -> {
            LOG.debug("the leader could not be told how this member is", failure);
            return Optional.empty();
        });
    }

    /** Takes what another member tells this one as the leader. */
    CompletableFuture<Optional<ByteBuffer>> answer(ByteBuffer question) {
        bulletins.heard(Bulletin.decode(question), System.nanoTime());
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /** Operations of the manager come first: they may have been promised the leader that there is. */
    private boolean operationUnderWay() {
        return parts.machine().store().operations().stream()
                .anyMatch(operation -> operation.isUnderWay(System.currentTimeMillis()));
    }

    private void giveWay(Bulletin heir, GreyScore score) {
        givesWay = true;
        GivingWayOperation operation =
                new GivingWayOperation(node, deeds, config.name(), heir, name(heir.member()), score);
        try {
            var unused =
                    operation.execute(() -> begun(heir.member())).whenComplete((done, failure) -> givesWay = false);
        } catch (RuntimeException e) {
            givesWay = false;
            throw e;
        }
    }

    /** Called by a thread of the node, while the next look may be under way. */
    private void begun(MemberId heir) {
        metrics.givesWay();
        Future<?> unused = thread.submit(() -> givingWay.tried(System.nanoTime(), heir));
    }

    private String name(MemberId member) {
        MvccStore store = parts.machine().store();
        return store.members().stream()
                .filter(known -> known.memberId() == member.value())
                .map(PublishedMember::name)
                .filter(name -> !name.isEmpty())
                .findFirst()
                .orElseGet(member::toString);
    }

    /** How the member is, as of the last look. */
    Present present() {
        return present;
    }

    /** Looks no more. */
    @Override
    public void close() {
        metrics.logSyncs().tellNoMore(syncs);
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("A look at how the member is did not end within {} s", REST_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
