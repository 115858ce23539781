package io.quorate.server.bolt;

import com.google.protobuf.ByteString;
import io.quorate.kv.StoreImport;
import io.quorate.server.proto.authpb.User;
import io.quorate.server.proto.leasepb.Lease;
import io.quorate.server.proto.mvccpb.KeyValue;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotFile;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;

/** Snapshots of etcd, as they are restored: pages, buckets, and the records in them. */
public final class BoltFuzzTargets implements FuzzTargets {

    private static final int PAGE_BYTES = 1024;
    private static final int META_CHECKED = BoltFormat.PAGE_HEADER_BYTES + BoltFormat.CHECKSUM_AT;

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(snapshot());
    }

    /** Files with a snapshot, as they lie on a disk in plain. */
    public static FuzzTarget<?> snapshot() {
        return FuzzTarget.of(
                        "etcd-snapshot",
                        new Samples()::next,
                        input -> read(RandomInput.of(new MemoryChannel(input))),
                        BoltException.class,
                        InvalidSnapshotException.class,
                        EOFException.class)
                .sealedBy(BoltFuzzTargets::sealed)
                // Changes are judged in batches, of which some room is made at once.
                .within(16 * PAGE_BYTES, 256 << 10, 64);
    }

    /** Reads one from wherever it lies. */
    public static Object read(RandomInput input) throws IOException {
        try (BoltReader reader = BoltReader.open(input, input.size())) {
            return SnapshotFile.read(reader, StoreImport.thatOnlyJudges());
        }
    }

    /** With the right checksums of both metas. */
    private static byte[] sealed(byte[] input) {
        byte[] sealed = input.clone();
        for (int at = 0; at <= PAGE_BYTES; at += PAGE_BYTES) {
            if (at + META_CHECKED + Long.BYTES <= sealed.length) {
                ByteBuffer meta = ByteBuffer.wrap(sealed, at + BoltFormat.PAGE_HEADER_BYTES, BoltFormat.META_BYTES)
                        .slice()
                        .order(ByteOrder.LITTLE_ENDIAN);
                meta.putLong(BoltFormat.CHECKSUM_AT, BoltFormat.checksum(meta, BoltFormat.CHECKSUM_AT));
            }
        }
        return sealed;
    }

    /** Files are written where all are; so only some are made, and each is given out again and again. */
    private static final class Samples {

        private static final int SAMPLES = 64;
        private final byte[][] made = new byte[SAMPLES][];

        byte[] next(SplittableRandom random) throws IOException {
            int number = random.nextInt(SAMPLES);
            if (made[number] == null) {
                made[number] = written(new SplittableRandom(number));
            }
            return made[number];
        }
    }

    private static byte[] written(SplittableRandom random) throws IOException {
        Path folder = Files.createTempDirectory("bolt");
        Path file = folder.resolve("db");
        try (BoltWriter out = BoltWriter.create(file, PAGE_BYTES)) {
            out.beginBucket(utf8("alarm"));
            out.beginBucket(utf8("auth"));
            out.put(utf8("authEnabled"), new byte[] {(byte) random.nextInt(2)});
            out.put(utf8("authRevision"), number(random.nextInt(9)));
            out.beginBucket(utf8("authUsers"));
            out.put(utf8("root"), user());
            out.beginBucket(utf8("key"));
            changes(out, random);
            out.beginBucket(utf8("lease"));
            out.put(number(7), Lease.newBuilder().setID(7).setTTL(60).build().toByteArray());
            out.beginBucket(utf8("meta"));
            out.put(utf8("finishedCompactRev"), revision(1, 0, false));
            out.put(utf8("storageVersion"), utf8("3.6.0"));
            out.finish();
        }
        byte[] content = Files.readAllBytes(file);
        Files.delete(file);
        Files.delete(folder);
        return content;
    }

    private static byte[] user() {
        return User.newBuilder()
                .setName(ByteString.copyFromUtf8("root"))
                .setPassword(ByteString.copyFromUtf8("$2a$10$"))
                .addRoles("root")
                .build()
                .toByteArray();
    }

    /** From none to so many that the bucket has branches. */
    private static void changes(BoltWriter out, SplittableRandom random) throws IOException {
        int count = random.nextInt(4) == 0 ? 60 : random.nextInt(12);
        for (int revision = 2; revision < 2 + count; revision++) {
            boolean deletion = random.nextInt(4) == 0;
            KeyValue.Builder record = KeyValue.newBuilder().setKey(ByteString.copyFromUtf8("k" + random.nextInt(5)));
            if (!deletion) {
                record.setCreateRevision(revision).setModRevision(revision).setVersion(1);
                record.setValue(ByteString.copyFrom(new byte[random.nextInt(40)]));
            }
            out.put(revision(revision, 0, deletion), record.build().toByteArray());
        }
    }

    private static byte[] revision(long main, long sub, boolean deletion) {
        ByteBuffer key = ByteBuffer.allocate(deletion ? 18 : 17)
                .putLong(main)
                .put((byte) '_')
                .putLong(sub);
        return deletion ? key.put((byte) 't').array() : key.array();
    }

    private static byte[] number(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
