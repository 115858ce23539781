package io.quorate.bench.micro;

import io.quorate.core.EntryId;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Makes the log entries that benchmarks work on: commands of a leader of one term. */
final class Entries {

    static final int GROUP = 0;
    static final long TERM = 1;

    /** What a command takes, as in the benchmarks of the whole engine. */
    static final int COMMAND_BYTES = 256;

    /** What its entry takes. */
    static final int ENTRY_BYTES = EntryFrame.HEADER_BYTES + COMMAND_BYTES;

    private Entries() {}

    /** A command that does not compress, and is the same in every run. */
    static ByteBuffer command(int bytes) {
        byte[] content = new byte[bytes];
        new SplittableRandom(bytes).nextBytes(content);
        return ByteBuffer.wrap(content);
    }

    static EntryFrame entry(long index, long previousChain, ByteBuffer command) {
        return EntryFrame.encode(GROUP, new EntryId(TERM, index), EntryKind.COMMAND, previousChain, command);
    }

    /** Consecutive entries that continue each other. */
    static List<EntryFrame> following(EntryFrame previous, int count, ByteBuffer command) {
        List<EntryFrame> entries = new ArrayList<>(count);
        EntryFrame last = previous;
        for (int i = 0; i < count; i++) {
            last = entry(last.index() + 1, last.chainHash(), command);
            entries.add(last);
        }
        return entries;
    }
}
