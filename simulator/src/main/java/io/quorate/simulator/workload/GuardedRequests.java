package io.quorate.simulator.workload;

import io.quorate.kv.AuthState;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.Lease;
import io.quorate.kv.LeaseCheckpoint;
import io.quorate.kv.LeaseExpiry;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.LeaseRevoke;
import io.quorate.kv.Login;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/**
 * Draws requests of every shape that has to be judged, of keys that no history knows: ranges across permissions, previous
 * pairs, nested transactions, leases and what hangs on them, logins; and what only members propose. Some come with a caller
 * that is old, unknown or missing, or with one whose bytes end too early.
 */
final class GuardedRequests implements ProposingClient.Commands {

    private static final long THINK_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    private static final int KEYS = 6;
    private static final long FIRST_LEASE = 1_000_000;
    private static final List<String> READ = List.of("guarded", "register", "set", "leased");

    private final int client;
    private final Identity identity;
    private final SplittableRandom random;
    private long values;

    GuardedRequests(int client, Identity identity, SplittableRandom random) {
        this.client = client;
        this.identity = identity;
        this.random = random;
    }

    @Override
    public byte[] next(MvccStore asked) {
        Command command = random.nextInt(4) == 0 ? withoutKeys(asked) : withKeys(asked);
        byte[] encoded = CommandCodec.encode(asSomebody(command, asked));
        return random.nextInt(40) == 0 ? Arrays.copyOf(encoded, 2 + random.nextInt(encoded.length - 2)) : encoded;
    }

    @Override
    public void answered(Result result) {
        identity.answered(result);
    }

    @Override
    public long thinkNanos() {
        return THINK_NANOS;
    }

    /** As the member proposes it for this client, mostly; its caller may be another than any member would let pass. */
    private Command asSomebody(Command command, MvccStore asked) {
        AuthState known = asked.auth();
        return switch (random.nextInt(16)) {
            case 0 -> command;
            case 1 -> new Authorized(Caller.NOBODY, command);
            case 2 -> new Authorized(new Caller("eve", known.revision()), command);
            case 3 -> new Authorized(new Caller(identity.user(), known.revision() - 1), command);
            case 4 -> new Authorized(new Caller(identity.user(), known.revision() + random.nextInt(3)), command);
            default -> identity.signed(command, asked);
        };
    }

    private Command withKeys(MvccStore asked) {
        return switch (random.nextInt(6)) {
            case 0, 1 -> put(asked);
            case 2 -> delete();
            default ->
                new Txn(
                        List.of(compare()),
                        List.of(put(asked), range(), random.nextBoolean() ? range() : delete()),
                        List.of(new Txn(List.of(compare()), List.of(range()), List.of(put(asked), delete())), range()));
        };
    }

    /** All can be refused for who asks for it; applied, none changes the time of leases. */
    private Command withoutKeys(MvccStore asked) {
        AuthState known = asked.auth();
        return switch (random.nextInt(8)) {
            case 0, 1 -> new LeaseGrant(FIRST_LEASE + random.nextInt(1_000), 1L + random.nextInt(3));
            case 2, 3 -> new LeaseRevoke(lease(asked));
            case 4 -> new Compact(Math.max(1, asked.currentRevision() - 50), false);
            case 5 -> new LeaseExpiry(lease(asked), 0, 0);
            case 6 -> new LeaseCheckpoint(0, 0, List.of());
            default ->
                new Login(identity.user(), Bytes.utf8("token " + ++values), known.revision() - random.nextInt(2));
        };
    }

    private Put put(MvccStore asked) {
        long lease = random.nextInt(4) == 0 ? lease(asked) : 0;
        return new Put(key(), Bytes.utf8("g" + client + "." + ++values), lease, random.nextInt(3) == 0, false, false);
    }

    private DeleteRange delete() {
        int from = random.nextInt(KEYS);
        Bytes end = random.nextBoolean() ? Bytes.empty() : Bytes.utf8("guarded/" + random.nextInt(KEYS));
        return new DeleteRange(Bytes.utf8("guarded/" + from), end, random.nextBoolean());
    }

    private Operation range() {
        String kind = READ.get(random.nextInt(READ.size()));
        return switch (random.nextInt(4)) {
            case 0 -> Range.of(Bytes.utf8(kind + "/"), Bytes.utf8(kind + "0"));
            case 1 -> Range.of(Bytes.utf8(kind + "/"), Bytes.wrap(new byte[1]));
            case 2 ->
                Range.of(Bytes.utf8(kind + "/" + random.nextInt(KEYS)), Bytes.utf8(kind + "/" + random.nextInt(KEYS)));
            default -> Range.of(Bytes.utf8(kind + "/" + random.nextInt(KEYS)));
        };
    }

    private Compare compare() {
        return Compare.of(key(), new Compare.Version(random.nextInt(3)), Compare.Outcome.GREATER);
    }

    /** One that there is, if there are any; of whomever. */
    private long lease(MvccStore asked) {
        List<Lease> leases = asked.leases();
        return leases.isEmpty() || random.nextInt(8) == 0
                ? FIRST_LEASE + random.nextInt(1_000)
                : leases.get(random.nextInt(leases.size())).id();
    }

    private Bytes key() {
        return Bytes.utf8("guarded/" + random.nextInt(KEYS));
    }
}
