package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that write, read and compact as they should, and check that they are served as they should be. Thread-safe. */
final class HonestClients {

    private static final int KEYS = 500;
    private static final String PADDING = "x".repeat(240);
    private static final long REVISIONS_KEPT = 5_000;
    private static final long PATIENCE_SECONDS = 20;

    private final Access access;
    private final Ledger ledger;
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong lastRevision = new AtomicLong();
    private final BitSet acknowledgedNumbers = new BitSet();
    private final Map<Long, Long> acknowledged = new ConcurrentHashMap<>();

    HonestClients(Access access, Ledger ledger) {
        this.access = access;
        this.ledger = ledger;
    }

    private KVGrpc.KVBlockingStub kv(long member) {
        return KVGrpc.newBlockingStub(access.channel((int) (member % access.members())))
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static String key(long number) {
        return "honest/%03d".formatted(number % KEYS);
    }

    /** Writes the next number to the next key; one writer at a time. */
    void write() {
        long number = written.incrementAndGet();
        try {
            long revision = kv(number)
                    .put(PutRequest.newBuilder()
                            .setKey(bytes(key(number)))
                            .setValue(bytes(number + PADDING))
                            .build())
                    .getHeader()
                    .getRevision();
            acknowledged.put(number % KEYS, number);
            synchronized (acknowledgedNumbers) {
                acknowledgedNumbers.set((int) number);
            }
            lastRevision.accumulateAndGet(revision, Math::max);
            ledger.count("honest put", 1);
        } catch (StatusRuntimeException e) {
            failed("honest put", e);
        }
    }

    /** Reads a key elsewhere than it was written: what was acknowledged by then is there, or a later number. */
    void read() {
        long number = read.incrementAndGet() * 7;
        long least = acknowledged.getOrDefault(number % KEYS, 0L);
        try {
            RangeResponse answer = kv(number + 1)
                    .range(RangeRequest.newBuilder().setKey(bytes(key(number))).build());
            long found = answer.getKvsList().stream()
                    .map(kv -> kv.getValue().toStringUtf8().replace("x", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(0);
            if (found < least) {
                ledger.complain(
                        "honest get of " + key(number) + ": " + found + " though " + least + " was acknowledged");
            } else {
                ledger.count("honest get", 1);
            }
        } catch (StatusRuntimeException e) {
            failed("honest get", e);
        }
    }

    /** So that the store stays as it is. */
    void compact() {
        long revision = lastRevision.get() - REVISIONS_KEPT;
        if (revision <= 0) {
            return;
        }
        try {
            kv(revision)
                    .compact(CompactionRequest.newBuilder()
                            .setRevision(revision)
                            .setPhysical(true)
                            .build());
            ledger.count("compaction", 1);
        } catch (StatusRuntimeException e) {
            if (String.valueOf(e.getStatus().getDescription()).endsWith("has been compacted")) {
                ledger.pass("compaction");
            } else {
                failed("compaction", e);
            }
        }
    }

    private void failed(String what, StatusRuntimeException failure) {
        if (Ledger.isPassing(failure)) {
            ledger.pass(what);
        } else {
            ledger.complain(what + ": " + Ledger.text(failure.getStatus()));
        }
    }

    /** Whether one of the numbers from the first on, up to the last but not with it, was acknowledged. */
    boolean hasAcknowledgedAny(long first, long last) {
        synchronized (acknowledgedNumbers) {
            int next = acknowledgedNumbers.nextSetBit((int) first);
            return next >= 0 && next < last;
        }
    }

    /** The revision of the last acknowledged write. */
    long lastRevision() {
        return lastRevision.get();
    }
}
