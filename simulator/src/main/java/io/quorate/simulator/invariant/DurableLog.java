package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.DataKey;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.disk.Damage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;

/**
 * What one member's disk certainly holds of its log: what was covered by a sync that really succeeded. Read from the bytes
 * that were written, by the layout of segments and frames, and from nothing that the member says about them.
 */
final class DurableLog {

    private static final int SEGMENT_MAGIC = 0x514c5347;
    private static final int SEGMENT_VERSION = 8;
    private static final int SEALED_VERSION = 2;
    private static final int SECRET_VERSION = 3;
    private static final int SEGMENT_HEADER_LENGTH = 12;
    private static final int SEGMENT_SEQUENCE = 40;
    private static final int SEGMENT_BASE = 64;
    private static final int SEGMENT_TERM = 97;
    private static final int SEGMENT_VOTE = 105;
    private static final int SEGMENT_COMMIT = 113;
    private static final int SEGMENT_START = 121;

    /** What lies before the start in a header that has a secret. */
    private static final int SECRET_BYTES = 8;

    /** What a sealed header lacks in the middle: the chain hash, which is sealed before the start. */
    private static final int CHAIN_BYTES = 9;

    private static final int FRAME_MAGIC = 0x514c4246;
    private static final int FRAME_SEALED = 10;
    private static final int FRAME_LENGTH = 16;
    private static final int FRAME_SEGMENT = 24;
    private static final int FRAME_TERM = 48;
    private static final int FRAME_VOTE = 56;
    private static final int FRAME_COMMIT = 64;
    private static final int FRAME_HEADER_BYTES = 72;

    private static final int ENTRY_TERM = 16;
    private static final int ENTRY_INDEX = 24;
    private static final int ENTRY_HEADER_BYTES = 40;
    private static final int MARK_HEADER_BYTES = 8;
    private static final int TRUNCATED = -1;
    private static final int COMPACTED = -2;
    private static final int RESET = -3;

    private final SealedBytes sealed;

    /** By the file: what was written to it since it was last synced. */
    private final IdentityHashMap<Object, List<Written>> unsynced = new IdentityHashMap<>();

    private Terms terms = new Terms();
    private Optional<Terms> rottedAway = Optional.empty();
    private boolean rotted;
    private boolean anyDamage;

    /** The process is dead, or starts; and it has written something since it died, so that it starts. */
    private boolean down;

    private boolean starting;

    /** What a start writes may itself go elsewhere: what it has read is not on the disk then, which the next start finds. */
    private boolean rottedByStart;

    private long segment;

    /** The one before the newest whose header was written. */
    private long segmentBefore;

    private long term;
    private long vote;
    private long commitIndex;

    /**
     * What there was before the frame that became durable last: a bit that turned may make no more than that frame look like a
     * torn write. Whatever more is damaged may be all that was behind an earlier one.
     */
    private EntryId lastBefore = EntryId.ORIGIN;

    private long termBefore;

    /**
     * What the newest segment's header says, until a frame follows. The header is durable before its file is one of the log, so
     * a restart may go by it or not; nobody was promised anything by it.
     */
    private Optional<HardState> begun = Optional.empty();

    /** @param keys with which logs are sealed, if they are */
    DurableLog(List<DataKey> keys) {
        this.sealed = new SealedBytes(keys);
    }

    private static final class Written {
        private final long position;
        private final byte[] bytes;

        Written(long position, byte[] bytes) {
            this.position = position;
            this.bytes = bytes;
        }

        boolean meets(long begin, long end) {
            return position < end && begin < position + bytes.length;
        }

        Written before(long place) {
            return new Written(position, Arrays.copyOf(bytes, Math.toIntExact(place - position)));
        }
    }

    /** The terms of the entries behind a start; what is not behind it is a snapshot's. */
    private static final class Terms {
        private long[] all = new long[64];
        private EntryId start = EntryId.ORIGIN;
        private EntryId last = EntryId.ORIGIN;

        static Terms of(RaftLog log) {
            Terms terms = new Terms();
            terms.start = log.idAt(log.firstIndex() - 1);
            terms.last = terms.start;
            for (long index = log.firstIndex(); index <= log.lastId().index(); index++) {
                terms.append(log.idAt(index));
            }
            return terms;
        }

        Terms copy() {
            Terms copy = new Terms();
            copy.all = all.clone();
            copy.start = start;
            copy.last = last;
            return copy;
        }

        void append(EntryId id) {
            int at = Math.toIntExact(id.index());
            if (at >= all.length) {
                all = Arrays.copyOf(all, 2 * at);
            }
            all[at] = id.term();
            last = id;
        }

        void truncateTo(EntryId id) {
            last = id;
        }

        void begin(EntryId at) {
            if (at.index() > start.index()) {
                start = at;
            }
        }

        boolean hold(EntryId id) {
            return id.index() <= start.index() || (id.index() <= last.index() && all[(int) id.index()] == id.term());
        }
    }

    void written(Object file, long position, byte[] bytes) {
        starting = down;
        overwrite(file, position, bytes.length);
        if (bytes.length >= FRAME_HEADER_BYTES) {
            int magic = ByteBuffer.wrap(bytes).getInt(0);
            if (magic == FRAME_MAGIC || magic == SEGMENT_MAGIC) {
                unsynced.computeIfAbsent(file, written -> new ArrayList<>()).add(new Written(position, bytes));
            }
        }
    }

    /** A start that takes what is there for torn writes zeros over it: no sync makes it durable any more. */
    private void overwrite(Object file, long position, int length) {
        List<Written> earlier = unsynced.getOrDefault(file, List.of());
        for (int i = earlier.size() - 1; i >= 0; i--) {
            Written written = earlier.get(i);
            if (!written.meets(position, position + length)) {
                continue;
            }
            if (written.position < position) {
                earlier.set(i, written.before(position));
            } else {
                earlier.remove(i);
            }
        }
    }

    void synced(Object file, boolean succeeded) {
        List<Written> all = unsynced.remove(file);
        if (all != null && succeeded) {
            all.forEach(written -> take(written.bytes));
        }
    }

    /** Whatever was not synced may be gone. */
    void powerLost() {
        unsynced.clear();
    }

    /** Something at rest is another thing now: what was durable need not be any more. */
    void rotted(Damage damage) {
        anyDamage |= rotted || damage != Damage.ONE_BIT;
        rotted = true;
        rottedByStart |= starting;
        rottedAway = Optional.of(terms.copy());
    }

    /** The process has died. What it acknowledged since something rotted may have gone with that: the next start writes over it. */
    void died() {
        down = true;
        starting = false;
        if (rotted) {
            rottedAway = Optional.of(terms.copy());
        }
    }

    /** Whether a log that is taken for undamaged lacks more than the last frame, which nothing need tell from a torn one. */
    boolean lacksMoreThanLastFrame(RaftLog log) {
        boolean shorter = log.lastId().index() < Math.min(lastBefore.index(), terms.last.index());
        return !anyDamage && (shorter || log.hardState().term() < termBefore);
    }

    /**
     * Whether something rotted before the start that ends now; what the member has found of its log is taken for what there is
     * then. What rotted by that start itself is an excuse for the next one, too.
     */
    boolean takeRotted(RaftLog log) {
        if (begun.isPresent()) {
            // Power may have gone before the new segment had its name: then the log goes on in the one before.
            segment = segmentBefore;
        }
        boolean was = rotted;
        rotted = rottedByStart;
        anyDamage = rottedByStart;
        rottedByStart = false;
        down = false;
        starting = false;
        if (was) {
            take(log.hardState());
            terms = Terms.of(log);
            lastBefore = terms.last;
            termBefore = term;
        }
        return was;
    }

    /** Whether the header of a segment that no frame had followed told a restart so. Then it is what is durable. */
    boolean takeBegun(HardState found) {
        boolean was = begun.isPresent() && isToldBy(begun.get(), found) && !isLessThanDurable(found);
        begun = Optional.empty();
        if (was) {
            take(found);
        }
        return was;
    }

    private boolean isToldBy(HardState header, HardState found) {
        return found.term() == header.term()
                && found.votedFor().equals(header.votedFor())
                && found.commitIndex() == Math.min(header.commitIndex(), last().index());
    }

    private boolean isLessThanDurable(HardState found) {
        boolean forgetsVote = found.term() == term && vote != 0 && !votedFor(found);
        return found.term() < term || forgetsVote || found.commitIndex() < Math.min(commitIndex, last().index());
    }

    private boolean votedFor(HardState found) {
        return found.votedFor().filter(this::votedFor).isPresent();
    }

    private void take(HardState found) {
        term = found.term();
        vote = found.votedFor().map(MemberId::value).orElse(0L);
        commitIndex = found.commitIndex();
    }

    /** Whether the entry is durable, or was until it rotted away, of which a member may know nothing. */
    boolean holds(EntryId id) {
        return terms.hold(id) || (rottedAway.isPresent() && rottedAway.get().hold(id));
    }

    EntryId last() {
        return terms.last;
    }

    HardState hardState() {
        return hardState(term, vote, commitIndex);
    }

    private static HardState hardState(long term, long vote, long commitIndex) {
        return new HardState(term, vote == 0 ? Optional.empty() : Optional.of(new MemberId(vote)), commitIndex);
    }

    long term() {
        return term;
    }

    boolean votedFor(MemberId candidate) {
        return vote == candidate.value();
    }

    private void take(byte[] written) {
        ByteBuffer in = ByteBuffer.wrap(written);
        if (in.getInt(0) == SEGMENT_MAGIC) {
            if (in.getInt(SEGMENT_HEADER_LENGTH) <= written.length) {
                begin(in);
            }
            return;
        }
        int next = 0;
        while (next + FRAME_HEADER_BYTES <= written.length && in.getInt(next) == FRAME_MAGIC) {
            int end = next + FRAME_HEADER_BYTES + in.getInt(next + FRAME_LENGTH);
            if (end > written.length) {
                return; // The write was cut short in this frame.
            }
            // A segment file that was recycled may have an old mark in it that was never synced.
            if (in.getLong(next + FRAME_SEGMENT) >= segment) {
                frame(in, next, end);
            }
            next = (end + 7) / 8 * 8;
        }
    }

    private void begin(ByteBuffer in) {
        if (in.getLong(SEGMENT_SEQUENCE) < segment) {
            // A copy of an earlier one, which a start puts into quarantine: the log goes on as it is.
            return;
        }
        segmentBefore = segment;
        segment = in.getLong(SEGMENT_SEQUENCE);
        EntryId base = id(in, SEGMENT_BASE);
        if (!terms.last.equals(base)) {
            terms.truncateTo(base);
        }
        int version = in.getInt(SEGMENT_VERSION);
        boolean isSealed = version == SEALED_VERSION;
        int start = version == SECRET_VERSION ? SEGMENT_START + SECRET_BYTES : SEGMENT_START;
        terms.begin(isSealed ? id(sealed.header(in, segment), CHAIN_BYTES) : id(in, start));
        int moved = isSealed ? CHAIN_BYTES : 0;
        begun = Optional.of(hardState(
                in.getLong(SEGMENT_TERM - moved),
                in.getLong(SEGMENT_VOTE - moved),
                in.getLong(SEGMENT_COMMIT - moved)));
    }

    private void frame(ByteBuffer in, int start, int end) {
        segment = in.getLong(start + FRAME_SEGMENT);
        begun = Optional.empty();
        if (!down) {
            // A start writes again what was there before.
            lastBefore = terms.last;
            termBefore = term;
        }
        term = in.getLong(start + FRAME_TERM);
        vote = in.getLong(start + FRAME_VOTE);
        commitIndex = in.getLong(start + FRAME_COMMIT);
        int content = start + FRAME_HEADER_BYTES;
        if (in.get(start + FRAME_SEALED) != 0) {
            ByteBuffer opened = sealed.items(in, content, end, segment);
            items(opened, 0, opened.limit());
        } else {
            items(in, content, end);
        }
    }

    private void items(ByteBuffer in, int start, int end) {
        int next = start;
        while (next < end) {
            int lengthOrCode = in.getInt(next);
            if (lengthOrCode >= 0) {
                terms.append(new EntryId(in.getLong(next + ENTRY_TERM), in.getLong(next + ENTRY_INDEX)));
                next += ENTRY_HEADER_BYTES + lengthOrCode;
            } else {
                mark(lengthOrCode, in, next + MARK_HEADER_BYTES);
                next += MARK_HEADER_BYTES + in.getInt(next + Integer.BYTES);
            }
        }
    }

    private void mark(int code, ByteBuffer in, int content) {
        switch (code) {
            case TRUNCATED -> terms.truncateTo(id(in, content));
            case COMPACTED -> terms.begin(id(in, content));
            case RESET -> {
                terms.begin(id(in, content));
                terms.truncateTo(id(in, content));
            }
            default -> {}
        }
    }

    private static EntryId id(ByteBuffer in, int at) {
        return new EntryId(in.getLong(at), in.getLong(at + Long.BYTES));
    }
}
