package io.quorate.simulator.enumeration;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.StateMachine;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.SplittableRandom;

/** What the snapshots of the scenario hold: two files whose bytes follow from the snapshot's last entry. */
final class SnapshotContent {

    private static final List<String> FILES = List.of("empty", "state");
    private static final int LEAST_BYTES = 700;
    private static final int SPREAD_BYTES = 9_000;

    private SnapshotContent() {}

    private static byte[] bytes(SnapshotMeta meta) {
        SplittableRandom random =
                new SplittableRandom(31 * meta.last().index() + meta.last().term());
        byte[] bytes = new byte[LEAST_BYTES + random.nextInt(SPREAD_BYTES)];
        random.nextBytes(bytes);
        return bytes;
    }

    static StateMachine.Capture capture(SnapshotMeta meta) {
        return new StateMachine.Capture() {
            @Override
            public void writeTo(SnapshotWriter snapshot) throws IOException {
                for (String name : FILES) {
                    try (OutputStream out = snapshot.create(name)) {
                        out.write(name.equals("state") ? bytes(meta) : new byte[0]);
                    }
                }
            }

            @Override
            public void close() {}
        };
    }

    /** @throws IOException if the snapshot is not what was written for its last entry */
    static void check(SnapshotReader snapshot) throws IOException {
        if (!snapshot.files().equals(FILES)) {
            throw new IOException("the snapshot " + snapshot.meta().last() + " has the files " + snapshot.files());
        }
        try (InputStream in = snapshot.open("state")) {
            if (!java.util.Arrays.equals(in.readAllBytes(), bytes(snapshot.meta()))) {
                throw new IOException("the snapshot " + snapshot.meta().last() + " holds another state");
            }
        }
    }
}
