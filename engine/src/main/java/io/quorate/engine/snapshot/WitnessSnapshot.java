package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.StateMachine;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * A snapshot for a witness: the manifest says where the log begins, and one file that there is no state. It has the form of any
 * other, so it is sent, stored, checked and scrubbed as they are; and no state machine but a witness's knows what to do with it.
 */
public final class WitnessSnapshot {

    private static final String FILE = "witness";
    private static final byte[] CONTENT =
            "This is a witness's snapshot: it says where the log begins, and holds no state.\n"
                    .getBytes(StandardCharsets.UTF_8);

    private WitnessSnapshot() {}

    /** What a witness writes for itself. */
    public static StateMachine.Capture capture() {
        return new StateMachine.Capture() {
            @Override
            public void writeTo(SnapshotWriter snapshot) throws IOException {
                try (OutputStream out = snapshot.create(FILE)) {
                    out.write(CONTENT);
                }
            }

            @Override
            public void close() {}
        };
    }

    /**
     * What a leader sends a witness in place of its own snapshot: the whole stream.
     *
     * @param meta of the leader's snapshot
     * @param chainHash of the log at its last entry, if it is known
     */
    public static ByteBuffer stream(SnapshotMeta meta, OptionalLong chainHash) {
        CRC32C crc = new CRC32C();
        crc.update(CONTENT);
        Manifest.File file = new Manifest.File(FILE, CONTENT.length, (int) crc.getValue());
        ByteBuffer manifest = new Manifest(new Start(meta, chainHash), List.of(file)).encode();
        return ByteBuffer.allocate(manifest.limit() + CONTENT.length)
                .put(manifest.rewind())
                .put(CONTENT)
                .flip();
    }

    /**
     * Makes sure that a snapshot is a witness's.
     *
     * @throws IOException if it holds a state
     */
    public static void require(SnapshotReader snapshot) throws IOException {
        if (!snapshot.files().equals(List.of(FILE))) {
            throw new IOException("the snapshot " + snapshot.meta().last()
                    + " holds the state of a member with data, and this member is a witness");
        }
    }
}
