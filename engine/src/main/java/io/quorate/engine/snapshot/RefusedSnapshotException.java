package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import java.io.IOException;

/** The application cannot restore a snapshot that has arrived whole. Nothing was given up for it. */
final class RefusedSnapshotException extends IOException {

    private static final long serialVersionUID = 1;

    RefusedSnapshotException(SnapshotMeta meta, IOException why) {
        super("the leader's snapshot at " + meta.last() + " is refused: " + why.getMessage(), why);
    }
}
