package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.SnapshotResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;

/** Takes a member's snapshot into a file, as {@code etcdctl snapshot save} does. */
final class TakenFile {

    private TakenFile() {}

    static Path of(EtcdClient client, Path file) throws IOException {
        Iterator<SnapshotResponse> pieces = client.maintenance().snapshot(SnapshotRequest.getDefaultInstance());
        long remaining = -1;
        try (OutputStream out = Files.newOutputStream(file)) {
            while (pieces.hasNext()) {
                SnapshotResponse piece = pieces.next();
                boolean checksum = remaining == 0;
                assertThat(piece.getBlob().size())
                        .isEqualTo(checksum ? 32 : Math.min(32 * 1024, pieceOf(piece, remaining)));
                assertThat(remaining < 0
                                || checksum
                                || piece.getRemainingBytes() + piece.getBlob().size() == remaining)
                        .as("%d bytes remain after %d", piece.getRemainingBytes(), remaining)
                        .isTrue();
                remaining = piece.getRemainingBytes();
                piece.getBlob().writeTo(out);
            }
        }
        assertThat(remaining).isZero();
        return file;
    }

    private static long pieceOf(SnapshotResponse piece, long remaining) {
        return remaining < 0 ? piece.getRemainingBytes() + piece.getBlob().size() : remaining;
    }
}
