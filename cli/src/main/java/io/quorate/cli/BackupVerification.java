package io.quorate.cli;

import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.quorate.cli.SnapshotTransfer.Origin;
import io.quorate.encryption.MasterKeys;
import io.quorate.server.RestoreRehearsal;
import io.quorate.server.RestoreRehearsal.Restored;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashKVResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotFile.Content;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds out what a snapshot is worth: restores it, and compares what came of it with what the cluster says it had at that
 * revision. Where there are several endpoints, another member is asked than the one that gave the snapshot. For one thread.
 */
final class BackupVerification {

    /** A member reads its whole store for a hash. */
    private static final long HASH_MINUTES = 30;

    /** Whoever lags behind has applied what others have by then, or is not well. */
    private static final Duration TO_CATCH_UP = Duration.ofSeconds(30);

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

    private final ClientOptions client;
    private final Optional<MasterKeys> keys;
    private final TransferProgress progress;

    /**
     * @param keys open the file, if it is sealed, and what it is restored to is sealed with them
     * @param progress tells how much of the file was restored
     */
    BackupVerification(ClientOptions client, Optional<MasterKeys> keys, TransferProgress progress) {
        this.client = client;
        this.keys = keys;
        this.progress = progress;
    }

    /** What the cluster says it had at a revision. */
    private record Told(URI endpoint, long hash, long compactedRevision, long keys) {}

    /** The cluster does not tell, and there is no use in asking again. */
    private static final class NotTold extends Exception {

        private static final long serialVersionUID = 1;

        NotTold(String why) {
            super(why);
        }
    }

    /**
     * Restores and compares.
     *
     * @param file whose checksum holds
     * @param content what was read in it
     * @param scratch a directory that is not there yet, nor afterwards
     */
    BackupVerdict of(Path file, Content content, Origin origin, Path scratch) {
        try {
            Told told = ask(content, origin);
            Restored restored =
                    RestoreRehearsal.run(file, scratch, told.compactedRevision(), keys, progress.during("restored"));
            return compare(content, told, restored);
        } catch (NotTold e) {
            return new BackupVerdict.Unknown("it was not compared with the cluster: " + e.getMessage());
        } catch (BoltException | InvalidSnapshotException e) {
            return new BackupVerdict.Wrong("it cannot be restored: " + e.getMessage());
        } catch (IOException e) {
            return new BackupVerdict.Unknown("it was not restored: " + e);
        }
    }

    private static BackupVerdict compare(Content content, Told told, Restored restored) {
        String at =
                " at revision " + content.revision() + " of " + told.endpoint().getAuthority();
        if (restored.revision() != content.revision()) {
            return new BackupVerdict.Wrong(
                    "restored, it is at revision " + restored.revision() + ", and the file at " + content.revision());
        }
        if (restored.keys() != told.keys()) {
            return new BackupVerdict.Wrong(
                    "restored, it has " + restored.keys() + " keys, and there are " + told.keys() + at);
        }
        if (restored.hash() != told.hash()) {
            return new BackupVerdict.Wrong("restored, it has the hash " + Long.toHexString(restored.hash())
                    + ", and HashKV is " + Long.toHexString(told.hash()) + at
                    + " (which says nothing if that is etcd: it hashes otherwise)");
        }
        return new BackupVerdict.Verified(
                told.endpoint(), restored.keys(), restored.hash(), restored.compactedRevision(), restored.digest());
    }

    private Told ask(Content content, Origin origin) throws NotTold {
        long begin = System.nanoTime();
        while (true) {
            List<String> failures = new ArrayList<>();
            boolean behind = false;
            for (URI endpoint : othersFirst(origin)) {
                try {
                    Optional<Told> told = ask(endpoint, content, origin);
                    if (told.isPresent()) {
                        return told.get();
                    }
                    behind = true;
                } catch (CommandFailed e) {
                    failures.add(String.valueOf(e.getMessage()));
                }
            }
            boolean late = System.nanoTime() - begin > TO_CATCH_UP.toNanos();
            if (!behind || late || Thread.currentThread().isInterrupted()) {
                throw new NotTold(
                        failures.isEmpty()
                                ? "no member has come to revision " + content.revision() + " yet"
                                : failures.getFirst());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private List<URI> othersFirst(Origin origin) {
        List<URI> endpoints = new ArrayList<>(client.endpointUrls());
        if (endpoints.remove(origin.endpoint())) {
            endpoints.add(origin.endpoint());
        }
        return endpoints;
    }

    /** Empty if the member has not come so far yet. */
    private Optional<Told> ask(URI endpoint, Content content, Origin origin) throws NotTold {
        try (ClusterClient member = client.connect(List.of(endpoint))) {
            HashKVResponse hash = member.read((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(HASH_MINUTES, TimeUnit.MINUTES)
                    .hashKV(HashKVRequest.newBuilder()
                            .setRevision(content.revision())
                            .build()));
            if (hash.getHeader().getClusterId() != origin.clusterId()) {
                throw new NotTold(endpoint.getAuthority() + " is of another cluster than "
                        + origin.endpoint().getAuthority() + "; correct --endpoints");
            }
            if (hash.getCompactRevision() < content.compactedRevision()) {
                return Optional.empty();
            }
            long keys = member.read((channel, deadline) -> KVGrpc.newBlockingStub(channel)
                            .withDeadlineAfter(HASH_MINUTES, TimeUnit.MINUTES)
                            .range(RangeRequest.newBuilder()
                                    .setKey(ALL)
                                    .setRangeEnd(ALL)
                                    .setRevision(content.revision())
                                    .setSerializable(true)
                                    .setCountOnly(true)
                                    .build()))
                    .getCount();
            return Optional.of(
                    new Told(endpoint, Integer.toUnsignedLong(hash.getHash()), hash.getCompactRevision(), keys));
        } catch (CommandFailed e) {
            if (isRefusal(e, EtcdError.FUTURE_REVISION)) {
                return Optional.empty();
            }
            if (isRefusal(e, EtcdError.COMPACTED)) {
                throw new NotTold("the cluster has compacted revision " + content.revision()
                        + " meanwhile; let it keep more history");
            }
            throw e;
        }
    }

    private static boolean isRefusal(CommandFailed failed, EtcdError error) {
        return failed.getCause() instanceof StatusRuntimeException refusal
                && RequestFailure.describe(refusal.getStatus()).equals(error.message());
    }
}
