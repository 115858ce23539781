package io.quorate.engine.transport;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The binary form of an AppendRequest with its entries: the message's fields, {@code byte prevChainKnown, long
 * prevChain} (since frames of version 2), how many entries there are, and the entries as the leader encoded them. The {@link EntryBatch} is derived from the entries' own headers.
 */
final class AppendCodec {

    private static final int CHAIN_BYTES = 1 + Long.BYTES;
    private static final int FIELD_BYTES_WITHOUT_CHAIN = 4 * Long.BYTES + Integer.BYTES;

    private AppendCodec() {}

    /** Bytes before the entries; these are covered by the frame's checksum. */
    static int fieldBytes(byte version) {
        return carriesChain(version) ? FIELD_BYTES_WITHOUT_CHAIN + CHAIN_BYTES : FIELD_BYTES_WITHOUT_CHAIN;
    }

    private static boolean carriesChain(byte version) {
        return version >= 2;
    }

    static long size(List<EntryFrame> entries) {
        long size = fieldBytes(FrameCodec.VERSION);
        for (EntryFrame entry : entries) {
            size += entry.size();
        }
        return size;
    }

    static void checkEntriesMatch(Message.AppendRequest request, List<EntryFrame> entries) {
        EntryBatch batch = request.entries();
        if (batch.firstIndex() != request.prev().index() + 1
                || batch.lastIndex() != request.prev().index() + entries.size()) {
            throw new IllegalArgumentException("an AppendRequest after " + request.prev() + " names the entries from "
                    + batch.firstIndex() + " to " + batch.lastIndex() + ", and comes with " + entries.size());
        }
    }

    /** Writes what follows the message's own fields, without the entries. */
    static void write(PeerFrame.Raft append, ByteBuffer out) {
        OptionalLong chain = append.prevChain();
        out.put((byte) (chain.isPresent() ? 1 : 0)).putLong(chain.orElse(0));
        out.putInt(append.entries().size());
    }

    private static OptionalLong chain(ByteBuffer in) throws CorruptFrameException {
        boolean known = MessageCodec.flag(in);
        long chain = in.getLong();
        return known ? OptionalLong.of(chain) : OptionalLong.empty();
    }

    /** Reads the fields; what is left in the buffer are the entries. */
    static PeerFrame.Raft read(int group, byte version, ByteBuffer in) throws CorruptFrameException {
        long term = MessageCodec.natural(in);
        EntryId prev = MessageCodec.id(in);
        long commitIndex = MessageCodec.natural(in);
        OptionalLong prevChain = carriesChain(version) ? chain(in) : OptionalLong.empty();
        int count = in.getInt();
        if (prev.term() > term || prev.index() > Long.MAX_VALUE - Integer.MAX_VALUE) {
            throw new CorruptFrameException("an AppendRequest of term " + term + " cannot follow the entry " + prev);
        }
        if (count < 0 || count > in.remaining() / EntryFrame.HEADER_BYTES) {
            throw new CorruptFrameException(
                    "an AppendRequest claims " + count + " entries, where " + in.remaining() + " bytes follow");
        }
        BatchReader reader = new BatchReader(group, term, prev, count);
        for (int i = 0; i < count; i++) {
            reader.add(EntryFrame.decode(in));
        }
        return new PeerFrame.Raft(
                group, new Message.AppendRequest(term, prev, reader.batch(), commitIndex), reader.entries, prevChain);
    }

    /** Checks that entries continue each other, and collects what an {@link EntryBatch} says of them. */
    private static final class BatchReader {

        private final int group;
        private final long leaderTerm;
        private final EntryId prev;
        private final List<EntryFrame> entries;
        private final List<EntryBatch.TermRun> runs = new ArrayList<>(0);
        private final List<EntryBatch.ConfigurationEntry> configurations = new ArrayList<>(0);
        private long lastTerm;

        BatchReader(int group, long leaderTerm, EntryId prev, int count) {
            this.group = group;
            this.leaderTerm = leaderTerm;
            this.prev = prev;
            this.entries = new ArrayList<>(count);
            this.lastTerm = prev.term();
        }

        void add(EntryFrame entry) throws CorruptFrameException {
            long index = prev.index() + entries.size() + 1;
            long term = entry.term();
            if (entry.index() != index || term < 1 || term < lastTerm || term > leaderTerm) {
                throw new CorruptFrameException("entry " + term + "/" + entry.index() + " stands where index " + index
                        + " and a term from " + lastTerm + " to " + leaderTerm + " belong");
            }
            if (entry.group() != group) {
                throw new CorruptFrameException(
                        "entry " + entry.id() + " of group " + entry.group() + " came in a frame of group " + group);
            }
            if (term != lastTerm && !entries.isEmpty()) {
                runs.add(new EntryBatch.TermRun(lastTerm, index - 1));
            }
            if (entry.kind() == EntryKind.CONFIGURATION) {
                configurations.add(configuration(entry));
            }
            lastTerm = term;
            entries.add(entry);
        }

        private static EntryBatch.ConfigurationEntry configuration(EntryFrame entry) throws CorruptFrameException {
            ByteBuffer payload = entry.payload();
            var configuration = ConfigurationCodec.decode(payload);
            if (payload.hasRemaining()) {
                throw new CorruptFrameException(
                        "the configuration of entry " + entry.id() + " is followed by unknown bytes");
            }
            return new EntryBatch.ConfigurationEntry(entry.index(), configuration);
        }

        EntryBatch batch() {
            if (entries.isEmpty()) {
                return EntryBatch.empty(prev.index() + 1);
            }
            EntryBatch.TermRun lastRun = new EntryBatch.TermRun(lastTerm, prev.index() + entries.size());
            if (runs.isEmpty()) {
                return new EntryBatch(prev.index() + 1, List.of(lastRun), configurations);
            }
            runs.add(lastRun);
            return new EntryBatch(prev.index() + 1, runs, configurations);
        }
    }
}
