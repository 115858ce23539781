package io.quorate.simulator.workload;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** Asks one member or another, again and again, to give up the history below a revision of late. */
final class Compactor {

    private static final int MOST_KEPT_REVISIONS = 50;

    private final Agenda agenda;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final long mostNanos;
    private boolean stopped;

    Compactor(Agenda agenda, Cluster cluster, SplittableRandom random, long mostNanos) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.random = random;
        this.mostNanos = mostNanos;
    }

    void begin() {
        agenda.after(mostNanos / 2 + random.nextLong(mostNanos / 2), () -> {
            if (!stopped) {
                compact();
                begin();
            }
        });
    }

    void stop() {
        stopped = true;
    }

    private void compact() {
        List<MemberId> ids = cluster.withData();
        SimulatedMember member = cluster.member(ids.get(random.nextInt(ids.size())));
        if (!member.isResponsive()) {
            return;
        }
        MvccStore store = member.store().orElseThrow();
        long revision = store.currentRevision() - random.nextInt(MOST_KEPT_REVISIONS);
        if (revision > store.compactedRevision()) {
            // Whether it succeeds is for the next one to find out.
            CompletableFuture<Result> unused = member.propose(CommandCodec.encode(new Compact(revision, false)));
        }
    }
}
