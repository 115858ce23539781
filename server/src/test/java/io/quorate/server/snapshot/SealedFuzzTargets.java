package io.quorate.server.snapshot;

import io.quorate.encryption.KeyRing;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.bolt.BoltFuzzTargets;
import io.quorate.server.bolt.RandomInput;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import io.quorate.testing.fuzz.Genuine;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Backups that are sealed as a whole: changed ones, of which nothing may be opened, and changed snapshots that were sealed as they are. */
public final class SealedFuzzTargets implements FuzzTargets {

    private static final int GENUINE = 32;
    private static final KeyRing RING = KeyRing.simulated("key-1", new SplittableRandom(11));

    /** Room for two chunks to be opened and sealed, and for ciphers. */
    private static final int ROOM = 1 << 20;

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(container(), content());
    }

    private static FuzzTarget<?> container() {
        Genuine genuine = Genuine.of(GENUINE, SealedFuzzTargets::sample);
        return FuzzTarget.of("sealed-backup", genuine::any, input -> opened(input, genuine), IOException.class)
                .within(3 * SealedFormat.CHUNK_BYTES, ROOM, 16);
    }

    /** One in eight has more than a chunk. */
    private static byte[] sample(SplittableRandom random) throws IOException {
        byte[] content = new byte
                [random.nextInt(8) == 0 ? SealedFormat.CHUNK_BYTES + random.nextInt(2000) : random.nextInt(2000)];
        random.nextBytes(content);
        return sealed(content);
    }

    private static byte[] sealed(byte[] content) throws IOException {
        MemoryFile file = new MemoryFile(new byte[0]);
        try (SealedOutput out = SealedOutput.to(file, RING)) {
            out.write(ByteBuffer.wrap(content), 0);
            out.finish();
        }
        return file.content;
    }

    private static ByteBuffer opened(byte[] input, Genuine genuine) throws IOException {
        MemoryFile file = new MemoryFile(input);
        if (!SealedInput.isSealed(file)) {
            throw new InvalidSnapshotException("it is not sealed");
        }
        try (SealedInput in = SealedInput.open(file, RING)) {
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(in.size()));
            while (content.hasRemaining()) {
                in.read(content, content.position());
            }
            genuine.require(input);
            return content.flip();
        }
    }

    private static FuzzTarget<?> content() {
        FuzzTarget<?> plain = BoltFuzzTargets.snapshot();
        return FuzzTarget.of(
                        "sealed-backup-content",
                        plain.samples(),
                        input -> BoltFuzzTargets.read(SealedInput.open(new MemoryFile(sealed(input)), RING)),
                        BoltException.class,
                        InvalidSnapshotException.class,
                        EOFException.class)
                .sealedBy(plain.seal().orElseThrow())
                .within(plain.bounds().maxBytes(), 2 * ROOM, 64);
    }

    /** A file in memory. */
    private static final class MemoryFile implements RandomInput, RandomOutput {

        private byte[] content;

        MemoryFile(byte[] content) {
            this.content = content;
        }

        @Override
        public int read(ByteBuffer into, long at) {
            if (at >= content.length) {
                return -1;
            }
            int count = (int) Math.min(into.remaining(), content.length - at);
            into.put(content, (int) at, count);
            return count;
        }

        @Override
        public long size() {
            return content.length;
        }

        @Override
        public void write(ByteBuffer from, long at) {
            int end = Math.toIntExact(at + from.remaining());
            if (end > content.length) {
                content = Arrays.copyOf(content, end);
            }
            from.get(content, (int) at, from.remaining());
        }

        @Override
        public void finish() {
            // All is there.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
