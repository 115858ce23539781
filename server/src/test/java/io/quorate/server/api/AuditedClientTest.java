package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvents;
import io.quorate.kv.AuditLog;
import io.quorate.kv.AuditRule;
import io.quorate.kv.AuditSettings;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.ChangeAuditSettings;
import io.quorate.kv.Command;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Permission;
import io.quorate.kv.Result;
import io.quorate.server.audit.AuditTrail;
import java.util.AbstractList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a call costs for the record of it, and what of it is there. */
class AuditedClientTest {

    private static final long NOW = 1_700_000_000_000L;
    private static final Caller ANN = new Caller("ann", 1);

    private final MvccStore store = MvccStore.open(new HeapStore());

    private final AuditTrail trail = new AuditTrail(
            new AuditTrail.Replication() {
                @Override
                public AuditLog log() {
                    return store.auditLog();
                }

                @Override
                public CompletableFuture<Boolean> mayBegin() {
                    return CompletableFuture.completedFuture(true);
                }

                @Override
                public CompletableFuture<Result> propose(AuditEvents events) {
                    return CompletableFuture.completedFuture(apply(events));
                }
            },
            0xabc,
            new AuditTrail.Time() {
                @Override
                public long millis() {
                    return NOW;
                }

                @Override
                public long nanos() {
                    return 7;
                }

                @Override
                public void later(Runnable task) {
                    throw new AssertionError("nothing is tried again here");
                }
            },
            (outcome, events) -> {},
            line -> {});

    private final AuditedClient client = new AuditedClient(trail, CallOrigin.ofPage());

    private Result apply(Command command) {
        long index = store.appliedIndex() + 1;
        return store.apply(List.of(LoggedCommand.of(index, command)), index).getFirst();
    }

    /** A lease may have a million of them. */
    @Test
    void withoutARuleKeysAreNotEvenLookedAt() {
        client.noteKeys(ANN, new AbstractList<>() {
            @Override
            public Bytes get(int index) {
                throw new AssertionError("it was looked at");
            }

            @Override
            public int size() {
                return 1_000_000;
            }
        });
        assertThat(store.auditRecords(1, Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void withARuleTheFirstKeysAreOnRecordAndTheNumberOfTheOthers() {
        AuditRule rule = new AuditRule(Permission.Access.READ, Bytes.utf8("k"), Bytes.utf8("l"), "");
        var unused = apply(new ChangeAuditSettings(new AuditSettings(List.of(rule), 100_000, 64L << 20)));
        client.noteKeys(
                ANN, IntStream.range(0, 30).mapToObj(i -> Bytes.utf8("k" + i)).toList());
        List<String> lines = store.auditRecords(1, Integer.MAX_VALUE).stream()
                .filter(line -> line.contains("\"kind\":\"key\""))
                .toList();
        assertThat(lines).hasSize(21).allMatch(line -> line.contains("\"user\":\"ann\""));
        assertThat(lines.getLast()).contains("\"object\":\"more keys\"", "\"count\":10");
    }
}
