package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Draws requests on few keys, so that they meet each other often. */
final class RandomRequests {
    private final RandomGenerator random;

    RandomRequests(RandomGenerator random) {
        this.random = random;
    }

    Command command(long currentRevision) {
        return switch (random.nextInt(14)) {
            case 0, 1, 2, 3, 4 -> put();
            case 5, 6 -> delete();
            case 12, 13 -> lease(List.of());
            case 7 -> new Compact(currentRevision - random.nextInt(8) + 1, random.nextBoolean());
            default -> txn(3, currentRevision);
        };
    }

    /** A command about leases, one of those that there are if it can be. */
    Command lease(List<Lease> existing) {
        Lease lease = existing.isEmpty() || random.nextInt(8) == 0
                ? new Lease(leaseId(), 10, 10, random.nextInt(1000))
                : existing.get(random.nextInt(existing.size()));
        return switch (random.nextInt(8)) {
            case 0, 1, 2 ->
                new LeaseGrant(leaseId(), random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(-1, 100));
            case 3 -> new LeaseRevoke(lease.id());
            case 4 -> new LeaseExpiry(lease.id(), lease.grantIndex(), random.nextInt(1, 4));
            case 5 -> new LeaseTakeover(random.nextInt(4));
            default ->
                new LeaseCheckpoint(
                        random.nextInt(1, 4),
                        random.nextInt(1, 50),
                        List.of(
                                new LeaseCheckpoint.Remaining(
                                        lease.id(), lease.grantIndex(), random.nextInt(-2, 100)),
                                new LeaseCheckpoint.Remaining(leaseId(), random.nextInt(1000), 5)));
        };
    }

    /** Of few, so that they meet; 0 is none. */
    private long leaseId() {
        return random.nextInt(20) == 0 ? 0 : random.nextInt(-3, 6);
    }

    Range range(long currentRevision) {
        return new Range(
                key(),
                rangeEnd(),
                random.nextInt(3) == 0 ? random.nextInt(6) : 0,
                random.nextInt(3) == 0 ? currentRevision - random.nextInt(12) + 1 : 0,
                pick(Range.SortOrder.values()),
                pick(Range.SortTarget.values()),
                random.nextBoolean(),
                random.nextInt(4) == 0,
                random.nextInt(6) == 0,
                bound(currentRevision),
                bound(currentRevision),
                bound(currentRevision),
                bound(currentRevision));
    }

    private Put put() {
        boolean ignoreValue = random.nextInt(8) == 0;
        boolean ignoreLease = random.nextInt(8) == 0;
        Bytes value = ignoreValue ? Bytes.empty() : Bytes.utf8("value " + random.nextInt(5));
        long lease = !ignoreLease && random.nextInt(6) == 0 ? leaseId() : 0;
        return new Put(key(), value, lease, random.nextBoolean(), ignoreValue, ignoreLease);
    }

    private DeleteRange delete() {
        return new DeleteRange(key(), random.nextBoolean() ? Bytes.empty() : rangeEnd(), random.nextBoolean());
    }

    private Txn txn(int depth, long currentRevision) {
        List<Compare> compares = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            compares.add(new Compare(key(), rangeEnd(), target(currentRevision), pick(Compare.Outcome.values())));
        }
        return new Txn(compares, branch(depth, currentRevision), branch(depth, currentRevision));
    }

    private List<Operation> branch(int depth, long currentRevision) {
        List<Operation> operations = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            operations.add(
                    switch (random.nextInt(depth > 0 ? 8 : 6)) {
                        case 0, 1 -> range(currentRevision);
                        case 2, 3, 4 -> put();
                        case 5 -> delete();
                        default -> txn(depth - 1, currentRevision);
                    });
        }
        return operations;
    }

    private Compare.Target target(long currentRevision) {
        return switch (random.nextInt(5)) {
            case 0 -> new Compare.Version(random.nextInt(4));
            case 1 -> new Compare.CreateRevision(currentRevision - random.nextInt(20));
            case 2 -> new Compare.ModRevision(currentRevision - random.nextInt(20));
            case 3 -> new Compare.Lease(random.nextInt(3) - 1L);
            default -> new Compare.Value(Bytes.utf8("value " + random.nextInt(5)));
        };
    }

    /** One or two bytes, each of which is an awkward one. */
    private Bytes key() {
        byte[] key = new byte[1 + random.nextInt(2)];
        byte[] alphabet = {0, 1, 'a', (byte) 0xff};
        for (int i = 0; i < key.length; i++) {
            key[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return Bytes.wrap(key);
    }

    private Bytes rangeEnd() {
        return switch (random.nextInt(4)) {
            case 0 -> Bytes.empty();
            case 1 -> Bytes.wrap(new byte[1]);
            default -> key();
        };
    }

    private long bound(long currentRevision) {
        return random.nextInt(6) == 0 ? Math.max(0, currentRevision - random.nextInt(20)) : 0;
    }

    private <T> T pick(T[] constants) {
        return constants[random.nextInt(constants.length)];
    }
}
