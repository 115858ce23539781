package io.quorate.cli;

import io.grpc.Channel;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.BlockingClientCall;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.SnapshotResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Has a running cluster stream a snapshot into a file: the first of some endpoints that has one to give. What arrives is etcd's
 * database with its SHA-256 behind it, which is left to others to compare. For one thread.
 */
final class SnapshotTransfer {

    /** It makes the whole file before it sends any of it. */
    private static final Duration TO_PREPARE = Duration.ofMinutes(30);

    private static final Duration BETWEEN_PIECES = Duration.ofMinutes(2);

    private static final int CHECKSUM_BYTES = 32;

    /** Judges whether there is room for so many bytes, and throws {@link CommandFailed} if not. */
    @FunctionalInterface
    interface Room {

        /**
         * Throws if there is none.
         *
         * @param bytes what the snapshot takes up: roughly at first, and precisely once it has begun to arrive
         */
        void require(long bytes);
    }

    private final ClientOptions client;
    private final TransferProgress progress;
    private final Room room;

    SnapshotTransfer(ClientOptions client, TransferProgress progress, Room room) {
        this.client = client;
        this.progress = progress;
        this.room = room;
    }

    /**
     * What a snapshot is of.
     *
     * @param endpoint the member that gave it
     */
    record Origin(URI endpoint, long clusterId) {}

    /**
     * Takes a snapshot; begins anew with the next endpoint if one has none to give, or the connection is lost on the way.
     *
     * @param file is synced then
     * @throws CommandFailed if no endpoint gives one, and if there is no room for it
     * @throws IOException if the file cannot be written
     */
    Origin into(PartialFile file) throws IOException {
        List<CommandFailed> failures = new ArrayList<>();
        List<URI> endpoints = client.endpointUrls();
        for (URI endpoint : endpoints) {
            try (ClusterClient member = client.connect(List.of(endpoint))) {
                Origin origin = take(member, endpoint, file);
                file.sync();
                return origin;
            } catch (NoRoom e) {
                throw e.why;
            } catch (UncheckedIOException e) {
                throw e.getCause();
            } catch (CommandFailed failed) {
                if (Thread.currentThread().isInterrupted()) {
                    throw failed;
                }
                failures.add(failed);
            }
        }
        // What one of them has said tells more than that the others say nothing.
        throw failures.stream()
                .filter(failed -> failed.exitCode() != ExitCode.UNREACHABLE)
                .findFirst()
                .orElseGet(() -> ClusterClient.unreachable(endpoints, client.tls()));
    }

    private Origin take(ClusterClient member, URI endpoint, PartialFile file) {
        StatusResponse status = member.read((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .status(StatusRequest.getDefaultInstance()));
        requireRoom(status.getDbSizeInUse());
        progress.preparing(endpoint.getAuthority(), status.getDbSizeInUse());
        // How long it takes, nobody knows beforehand: what counts is that something arrives.
        long bytes = member.read((channel, deadline) -> receive(channel, endpoint, file));
        if (bytes == 0) {
            throw new CommandFailed(ExitCode.FAILED, endpoint.getAuthority() + " sent a snapshot without content");
        }
        return new Origin(endpoint, status.getHeader().getClusterId());
    }

    private void requireRoom(long bytes) {
        try {
            room.require(bytes);
        } catch (CommandFailed e) {
            throw new NoRoom(e);
        }
    }

    /** Returns how many bytes there were. */
    private long receive(Channel channel, URI endpoint, PartialFile file) {
        BlockingClientCall<?, SnapshotResponse> call =
                MaintenanceGrpc.newBlockingV2Stub(channel).snapshot(SnapshotRequest.getDefaultInstance());
        long received = 0;
        try {
            file.clear();
            for (Duration patience = TO_PREPARE; ; patience = BETWEEN_PIECES) {
                SnapshotResponse piece = call.read(patience.toMillis(), TimeUnit.MILLISECONDS);
                if (piece == null) {
                    return received;
                }
                if (received == 0) {
                    long total = piece.getBlob().size() + piece.getRemainingBytes() + CHECKSUM_BYTES;
                    requireRoom(total);
                    progress.begin(total);
                }
                received += piece.getBlob().size();
                file.write(piece.getBlob().asReadOnlyByteBuffer());
                progress.received(received);
            }
        } catch (StatusException e) {
            throw failure(e.getStatus().asRuntimeException(e.getTrailers()), received, endpoint);
        } catch (TimeoutException e) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    endpoint.getAuthority() + " sends nothing more of the snapshot; ask another member",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted; nothing was saved", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            call.cancel("what has arrived is enough", null);
        }
    }

    /** Before anything has arrived, it may be that the member only wants to know who asks. */
    private static RuntimeException failure(StatusRuntimeException failure, long received, URI endpoint) {
        return received > 0 && RequestFailure.isConnectionLost(failure.getStatus())
                ? new CommandFailed(
                        ExitCode.FAILED,
                        "the connection to " + endpoint.getAuthority() + " was lost after " + ByteSize.text(received)
                                + "; nothing was saved",
                        failure)
                : failure;
    }

    /** Another endpoint would not help. */
    private static final class NoRoom extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final CommandFailed why;

        NoRoom(CommandFailed why) {
            super(why);
            this.why = why;
        }
    }
}
