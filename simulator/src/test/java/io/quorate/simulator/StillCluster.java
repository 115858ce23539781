package io.quorate.simulator;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.RaftLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Members that have started and then do nothing by themselves, so that a test can make up what they are seen to do. Their
 * logs are real, and hold what the test appends to them.
 */
public final class StillCluster {

    /** Long enough for a node to open its log, and shorter than a tick. */
    private static final long OPENING_NANOS = 1_000_000;

    private final Agenda agenda = new Agenda();
    private final Cluster cluster;

    /** Members 1 to {@code size}, all voters. */
    public StillCluster(int size) {
        this(size, 0);
    }

    /** Members 1 to {@code size}, all voters, the last of whom are witnesses. */
    public StillCluster(int size, int witnesses) {
        this.cluster = new Cluster(
                WitnessDraw.of(size, witnesses),
                MemberSettings.draw(new SplittableRandom(1)),
                agenda,
                new SplittableRandom(2),
                new RunObserver() {});
        cluster.members().forEach(SimulatedMember::start);
        agenda.runUntil(agenda.now() + OPENING_NANOS);
    }

    public Cluster cluster() {
        return cluster;
    }

    public SimulatedMember member(long id) {
        return cluster.member(new MemberId(id));
    }

    /** The members do what they do by themselves for a while, as an election; then they are still again. */
    public void goOn(long nanos) {
        agenda.runUntil(agenda.now() + nanos);
    }

    /** Appends a command to a member's log. */
    public EntryId append(long member, long term, String command) {
        return append(member, term, EntryKind.COMMAND, ByteBuffer.wrap(command.getBytes(StandardCharsets.UTF_8)));
    }

    /** Appends an entry to a member's log. */
    public EntryId append(long member, long term, EntryKind kind, ByteBuffer payload) {
        RaftLog log = member(member).log().orElseThrow();
        long index = log.lastId().index();
        try {
            EntryId id = new EntryId(term, index + 1);
            log.append(EntryFrame.encode(0, id, kind, log.chainHashAt(index).orElseThrow(), payload));
            return id;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A member dies and loses its disk. */
    public void wipe(long member) {
        member(member).wipe();
    }

    /** A member's disk may have kept something else than what was written. */
    public void mislead(long member) {
        member(member).suspect();
    }

    /** A member dies and starts again. */
    public void restart(long member, CrashKind kind) {
        member(member).crash(kind);
        member(member).start();
        agenda.runUntil(agenda.now() + OPENING_NANOS);
    }
}
