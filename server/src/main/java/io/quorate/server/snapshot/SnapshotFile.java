package io.quorate.server.snapshot;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.kv.Alarm;
import io.quorate.kv.Bytes;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Role;
import io.quorate.kv.StoreImport;
import io.quorate.kv.StoredChange;
import io.quorate.server.bolt.BoltBucket;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.bolt.BoltReader;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.leasepb.Lease;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * Reads a snapshot of etcd into a store, and trusts none of it. For one thread, and for one reading.
 *
 * <p>What concerns the old cluster, its members above all, is left behind.
 */
public final class SnapshotFile {
    private static final Pattern STORAGE_VERSION = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})\\..*");
    private static final int KNOWN_MINOR = 6;

    private final StoreImport target;
    private final Runnable afterEach;
    private final Set<String> buckets = new HashSet<>();
    private final List<io.quorate.server.proto.authpb.User> users = new ArrayList<>();
    private final List<Role> roles = new ArrayList<>();
    private boolean authEnabled;
    private long authRevision = 1;
    private long compactedRevision = -1;
    private long changes;
    private long leases;
    private final CRC32C hash = new CRC32C();
    private long records;

    private SnapshotFile(StoreImport target, Runnable afterEach) {
        this.target = target;
        this.afterEach = afterEach;
    }

    /**
     * What was read.
     *
     * @param revision of the last change
     * @param compactedRevision the oldest that can be read; -1 if nothing was compacted
     * @param changes how many changes of keys there are, deletions included
     * @param tally what {@code etcdctl snapshot status} says of the same file
     */
    public record Content(
            long revision, long compactedRevision, long changes, long leases, int users, int roles, Tally tally) {

        /** The same at another revision. */
        public Content at(long otherRevision, long otherCompactedRevision) {
            return new Content(otherRevision, otherCompactedRevision, changes, leases, users, roles, tally);
        }
    }

    /**
     * What etcd counts in a snapshot.
     *
     * @param hash a CRC32C over the names of the buckets, each followed by what is in it
     * @param records the number of keys in all buckets: of changes, but also of leases, users and whatever else there is
     * @param lastRevision of the last change that is there; 0 if none is, and less than the store's own revision if a compaction
     *     took the last one away
     */
    public record Tally(long hash, long records, long lastRevision) {}

    /**
     * Reads everything; the store is to be finished then.
     *
     * @throws BoltException if the file is damaged
     * @throws InvalidSnapshotException if it is no snapshot of etcd, or there is something in it that cannot be taken
     */
    public static Content read(BoltReader file, StoreImport target) throws IOException {
        return read(file, target, () -> {});
    }

    /** As {@link #read(BoltReader, StoreImport)}; {@code afterEach} is run after each record that was taken. */
    public static Content read(BoltReader file, StoreImport target, Runnable afterEach) throws IOException {
        SnapshotFile snapshot = new SnapshotFile(target, afterEach);
        file.root().forEach(new BoltReader.Visitor() {
            @Override
            public void entry(byte[] key, byte[] value) throws IOException {
                throw new InvalidSnapshotException("it is no snapshot of etcd: there are keys beside its buckets");
            }

            @Override
            public void bucket(byte[] name, BoltBucket bucket) throws IOException {
                snapshot.read(name, bucket);
            }
        });
        return snapshot.finish();
    }

    private void read(byte[] name, BoltBucket bucket) throws IOException {
        String text = new String(name, StandardCharsets.UTF_8);
        buckets.add(text);
        hash.update(name);
        BoltReader.Visitor visitor = visitor(name);
        bucket.forEach((key, value) -> {
            hash.update(key);
            hash.update(value);
            records++;
            visitor.entry(key, value);
            afterEach.run();
        });
    }

    private BoltReader.Visitor visitor(byte[] name) {
        if (Arrays.equals(name, EtcdSchema.KEY)) {
            return this::change;
        } else if (Arrays.equals(name, EtcdSchema.LEASE)) {
            return this::lease;
        } else if (Arrays.equals(name, EtcdSchema.ALARM)) {
            return this::alarm;
        } else if (Arrays.equals(name, EtcdSchema.META)) {
            return this::meta;
        } else if (Arrays.equals(name, EtcdSchema.AUTH)) {
            return this::auth;
        } else if (Arrays.equals(name, EtcdSchema.AUTH_USERS)) {
            return this::user;
        } else if (Arrays.equals(name, EtcdSchema.AUTH_ROLES)) {
            return this::role;
        }
        return (key, value) -> {};
    }

    private Content finish() throws InvalidSnapshotException {
        for (String needed : List.of("key", "meta")) {
            if (!buckets.contains(needed)) {
                throw new InvalidSnapshotException("it is no snapshot of etcd: it lacks the bucket \"" + needed + "\"");
            }
        }
        target.setAuth(
                authEnabled,
                authRevision,
                users.stream().map(user -> AuthRecords.user(user, authRevision)).toList(),
                roles);
        // etcd says nowhere what its revision is: it is that of the last change, unless a compaction has taken that
        // away.
        long revision = Math.max(1, Math.max(target.lastRevision(), compactedRevision));
        Tally tally = new Tally(hash.getValue(), records, target.lastRevision());
        return new Content(revision, compactedRevision, changes, leases, users.size(), roles.size(), tally);
    }

    private void change(byte[] key, byte[] value) throws InvalidSnapshotException {
        RevisionKey place = RevisionKey.decode(key)
                .filter(found -> found.sub() >= 0 && found.sub() <= Integer.MAX_VALUE)
                .orElseThrow(() -> new InvalidSnapshotException("its history has a key that is no revision"));
        io.quorate.server.proto.mvccpb.KeyValue record = parsed(
                io.quorate.server.proto.mvccpb.KeyValue::parseFrom,
                value,
                "the change at revision " + place.revision());
        KeyValue kv = new KeyValue(
                bytes(record.getKey()),
                record.getCreateRevision(),
                record.getModRevision(),
                record.getVersion(),
                bytes(record.getValue()),
                record.getLease());
        try {
            target.add(new StoredChange(place.revision(), (int) place.sub(), place.deletion(), kv));
        } catch (IllegalArgumentException e) {
            throw new InvalidSnapshotException("its history makes no sense: " + e.getMessage(), e);
        }
        changes++;
    }

    private void lease(byte[] key, byte[] value) throws InvalidSnapshotException {
        Lease lease = parsed(Lease::parseFrom, value, "a lease");
        if (key.length != Long.BYTES || ByteBuffer.wrap(key).getLong() != lease.getID() || lease.getID() == 0) {
            throw new InvalidSnapshotException(
                    "the lease " + Long.toHexString(lease.getID()) + " is found by another id");
        }
        target.addLease(lease.getID(), lease.getTTL(), lease.getRemainingTTL());
        leases++;
    }

    private void alarm(byte[] key, byte[] value) throws InvalidSnapshotException {
        AlarmMember alarm = parsed(AlarmMember::parseFrom, key, "an alarm");
        Optional<Alarm.Type> type = switch (alarm.getAlarm()) {
            case NOSPACE -> Optional.of(Alarm.Type.NOSPACE);
            case CORRUPT -> Optional.of(Alarm.Type.CORRUPT);
            case NONE -> Optional.empty();
            case UNRECOGNIZED ->
                throw new InvalidSnapshotException(
                        "an alarm of the unknown type " + alarm.getAlarmValue() + " is raised");
        };
        type.ifPresent(raised -> target.addAlarm(new Alarm(alarm.getMemberID(), raised)));
    }

    private void meta(byte[] key, byte[] value) throws InvalidSnapshotException {
        if (Arrays.equals(key, EtcdSchema.FINISHED_COMPACTION) || Arrays.equals(key, EtcdSchema.SCHEDULED_COMPACTION)) {
            // What is scheduled cannot be read any more, either.
            long revision = RevisionKey.decode(value)
                    .orElseThrow(() -> new InvalidSnapshotException("it does not say what was compacted"))
                    .revision();
            requirePossible(revision, "its history was compacted up to");
            compactedRevision = Math.max(compactedRevision, revision);
        } else if (Arrays.equals(key, EtcdSchema.STORAGE_VERSION)) {
            requireKnown(new String(value, StandardCharsets.UTF_8));
        }
    }

    private static void requireKnown(String version) throws InvalidSnapshotException {
        Matcher matcher = STORAGE_VERSION.matcher(version);
        boolean known =
                matcher.matches() && matcher.group(1).equals("3") && Integer.parseInt(matcher.group(2)) <= KNOWN_MINOR;
        if (!known) {
            throw new InvalidSnapshotException(
                    "it has etcd's storage version " + version.replaceAll("[^0-9A-Za-z.+-]", "?")
                            + ", and this release knows those up to 3." + KNOWN_MINOR);
        }
    }

    private void auth(byte[] key, byte[] value) throws InvalidSnapshotException {
        if (Arrays.equals(key, EtcdSchema.AUTH_ENABLED)) {
            authEnabled = Arrays.equals(value, new byte[] {1});
        } else if (Arrays.equals(key, EtcdSchema.AUTH_REVISION)) {
            authRevision = number(value)
                    .orElseThrow(() -> new InvalidSnapshotException("it does not say the revision of users and roles"));
            requirePossible(authRevision, "its users and roles are at");
        }
    }

    private static void requirePossible(long revision, String what) throws InvalidSnapshotException {
        if (revision < 0 || revision > StoreImport.MAX_REVISION) {
            throw new InvalidSnapshotException(what + " the revision " + Long.toUnsignedString(revision)
                    + ", and the greatest there can be is 2^62");
        }
    }

    private static OptionalLong number(byte[] value) {
        return value.length == Long.BYTES
                ? OptionalLong.of(ByteBuffer.wrap(value).getLong())
                : OptionalLong.empty();
    }

    private void user(byte[] key, byte[] value) throws InvalidSnapshotException {
        io.quorate.server.proto.authpb.User user =
                parsed(io.quorate.server.proto.authpb.User::parseFrom, value, "a user");
        requireName(key, user.getName(), "a user");
        users.add(user);
    }

    private void role(byte[] key, byte[] value) throws InvalidSnapshotException {
        io.quorate.server.proto.authpb.Role role =
                parsed(io.quorate.server.proto.authpb.Role::parseFrom, value, "a role");
        requireName(key, role.getName(), "a role");
        roles.add(AuthRecords.role(role));
    }

    private static void requireName(byte[] key, ByteString name, String what) throws InvalidSnapshotException {
        if (!name.equals(ByteString.copyFrom(key)) || !name.isValidUtf8()) {
            throw new InvalidSnapshotException(what + " has another name than it is found by, or one that is no text");
        }
    }

    private interface Parser<T> {
        T parse(byte[] bytes) throws InvalidProtocolBufferException;
    }

    private static <T> T parsed(Parser<T> parser, byte[] bytes, String what) throws InvalidSnapshotException {
        try {
            return parser.parse(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidSnapshotException(what + " cannot be read", e);
        }
    }

    private static Bytes bytes(ByteString string) {
        return Bytes.wrap(string.toByteArray());
    }
}
