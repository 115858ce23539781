package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Result.LeaseCheckpointResult;
import io.quorate.kv.Result.LeaseGrantResult;
import io.quorate.kv.Result.LeaseRevokeResult;
import io.quorate.kv.Result.LeaseTakeoverResult;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Leases as commands make them: granted, attached to keys, revoked, expired, checkpointed, and kept in the store. */
class LeaseTest {
    @TempDir
    Path temporary;

    private OrderedStore ordered = new HeapStore();
    private TestClient client = new TestClient(MvccStore.open(ordered));

    private void openOn(StoreKind kind) {
        ordered = kind.open(temporary.resolve("store"));
        client = new TestClient(MvccStore.open(ordered));
    }

    @AfterEach
    void close() {
        client.store.close();
    }

    private Lease grant(long id, long ttlSeconds) {
        return ((LeaseGrantResult) client.apply(new LeaseGrant(id, ttlSeconds))).lease();
    }

    private static Put attached(String key, long lease) {
        return new Put(b(key), b("v"), lease, false, false, false);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aGrantRaisesNoRevisionAndIsKept(StoreKind kind) {
        openOn(kind);
        assertThat(client.apply(new LeaseGrant(7, 30))).isEqualTo(new LeaseGrantResult(1, new Lease(7, 30, 30, 1)));
        assertThat(grant(-5, -1)).isEqualTo(new Lease(-5, 1, 1, 2));
        assertThat(client.store.leases()).containsExactly(new Lease(7, 30, 30, 1), new Lease(-5, 1, 1, 2));
        assertThat(client.store.lease(7)).hasValue(new Lease(7, 30, 30, 1));
        assertThat(client.store.lease(8)).isEmpty();
        assertThat(client.store.currentRevision()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void refusalsAreThoseOfEtcd(StoreKind kind) {
        openOn(kind);
        grant(7, 30);
        assertThat(client.rejected(new LeaseGrant(7, 30))).isEqualTo(KvError.LEASE_EXISTS);
        assertThat(client.rejected(new LeaseGrant(8, LeaseGrant.MAX_TTL_SECONDS + 1)))
                .isEqualTo(KvError.LEASE_TTL_TOO_LARGE);
        assertThat(client.rejected(new LeaseGrant(0, 30))).isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.rejected(new LeaseRevoke(8))).isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.rejected(attached("a", 8))).isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.rejected(new Txn(List.of(), List.of(attached("b", 7), attached("a", 8)), List.of())))
                .isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.all().count()).isZero();
        assertThat(client.store.leaseKeys(7)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void revokingDeletesAllKeysInOneRevision(StoreKind kind) {
        openOn(kind);
        Lease lease = grant(7, 30);
        client.apply(attached("b", 7));
        client.apply(attached("a", 7));
        client.put("c", "stays");
        assertThat(client.store.leaseKeys(7)).containsExactly(b("a"), b("b"));
        assertThat(client.apply(new LeaseRevoke(7))).isEqualTo(new LeaseRevokeResult(5, lease));
        assertThat(client.all().kvs()).extracting(KeyValue::key).containsExactly(b("c"));
        assertThat(client.range(Range.of(b("\0"), b("\0")).atRevision(4)).count())
                .isEqualTo(3);
        assertThat(client.store.lease(7)).isEmpty();
        assertThat(client.store.leaseKeys(7)).isEmpty();
        grant(7, 30);
        assertThat(client.apply(new LeaseRevoke(7))).isInstanceOf(LeaseRevokeResult.class);
        assertThat(client.store.currentRevision())
                .as("without keys there is no revision")
                .isEqualTo(5);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aKeyFollowsItsLastPut(StoreKind kind) {
        openOn(kind);
        grant(1, 30);
        grant(2, 30);
        client.apply(attached("moved", 1));
        client.apply(attached("moved", 2));
        client.apply(attached("freed", 1));
        client.put("freed", "v");
        client.apply(attached("kept", 1));
        client.apply(new Put(b("kept"), b("w"), 0, false, false, true));
        client.apply(attached("deleted", 1));
        client.delete("deleted");
        client.put("deleted", "again");
        assertThat(client.store.leaseKeys(1)).containsExactly(b("kept"));
        assertThat(client.store.leaseKeys(2)).containsExactly(b("moved"));
        assertThat(client.get("kept").lease()).isEqualTo(1);
        client.apply(new LeaseRevoke(1));
        assertThat(client.all().kvs()).extracting(KeyValue::key).containsExactly(b("deleted"), b("freed"), b("moved"));
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void commandsOfOneBatchSeeWhatThoseBeforeDidToLeases(StoreKind kind) {
        openOn(kind);
        List<Result> results = client.store.apply(
                List.of(
                        LoggedCommand.of(1, new LeaseGrant(1, 30)),
                        LoggedCommand.of(2, attached("a", 1)),
                        LoggedCommand.of(3, attached("b", 1)),
                        LoggedCommand.of(4, DeleteRange.of(b("a"))),
                        LoggedCommand.of(5, new LeaseRevoke(1)),
                        LoggedCommand.of(6, attached("c", 1)),
                        LoggedCommand.of(7, new LeaseGrant(1, 60))),
                7);
        assertThat(results.get(4)).isEqualTo(new LeaseRevokeResult(5, new Lease(1, 30, 30, 1)));
        assertThat(results.get(5)).isEqualTo(new Result.Rejected(KvError.LEASE_NOT_FOUND));
        assertThat(client.all().count()).isZero();
        assertThat(client.store.leases()).containsExactly(new Lease(1, 60, 60, 7));
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void cornerCase29_anExpiryIsFencedByTheTermOfTheLeaderThatTookTheLeasesOver(StoreKind kind) {
        openOn(kind);
        Lease lease = grant(1, 30);
        assertThat(client.apply(new LeaseTakeover(3))).isEqualTo(new LeaseTakeoverResult(1, 3));
        LeaseExpiry ofThree = new LeaseExpiry(1, lease.grantIndex(), 3);
        assertThat(client.rejected(new LeaseExpiry(1, lease.grantIndex(), 2))).isEqualTo(KvError.LEASE_FENCED);
        assertThat(client.rejected(new LeaseExpiry(1, lease.grantIndex(), 4))).isEqualTo(KvError.LEASE_FENCED);
        client.apply(new LeaseTakeover(5));
        assertThat(client.rejected(ofThree)).isEqualTo(KvError.LEASE_FENCED);
        assertThat(client.rejected(new LeaseTakeover(4))).isEqualTo(KvError.LEASE_FENCED);
        assertThat(client.apply(new LeaseExpiry(1, lease.grantIndex(), 5))).isInstanceOf(LeaseRevokeResult.class);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void anExpiryDoesNotEndAnotherLeaseOfTheSameId(StoreKind kind) {
        openOn(kind);
        client.apply(new LeaseTakeover(1));
        LeaseExpiry late = new LeaseExpiry(1, grant(1, 30).grantIndex(), 1);
        client.apply(new LeaseRevoke(1));
        grant(1, 30);
        assertThat(client.rejected(late)).isEqualTo(KvError.LEASE_NOT_FOUND);
        assertThat(client.store.lease(1)).isPresent();
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void checkpointsCountInTheOrderInWhichTheLeaderMadeThem(StoreKind kind) {
        openOn(kind);
        client.apply(new LeaseTakeover(1));
        Lease lease = grant(1, 30);
        assertThat(client.apply(checkpoint(1, 2, lease, 12))).isInstanceOf(LeaseCheckpointResult.class);
        assertThat(client.store.lease(1)).hasValue(new Lease(1, 30, 12, 2));
        assertThat(client.rejected(checkpoint(1, 1, lease, 5))).isEqualTo(KvError.LEASE_FENCED);
        assertThat(client.rejected(checkpoint(1, 2, lease, 5))).isEqualTo(KvError.LEASE_FENCED);
        assertThat(client.rejected(checkpoint(0, 9, lease, 5))).isEqualTo(KvError.LEASE_FENCED);
        client.apply(checkpoint(1, 3, lease, 31));
        assertThat(client.store.lease(1)).hasValue(new Lease(1, 30, 30, 2));
        client.apply(checkpoint(1, 4, lease, 0));
        assertThat(client.store.lease(1)).hasValue(new Lease(1, 30, 1, 2));
        client.apply(new LeaseTakeover(2));
        assertThat(client.apply(checkpoint(2, 1, lease, 3))).isInstanceOf(LeaseCheckpointResult.class);
        assertThat(client.apply(checkpoint(2, 2, new Lease(1, 30, 30, 99), 20)))
                .isInstanceOf(LeaseCheckpointResult.class);
        assertThat(client.store.lease(1)).hasValue(new Lease(1, 30, 3, 2));
    }

    private static LeaseCheckpoint checkpoint(long term, long sequence, Lease lease, long seconds) {
        return new LeaseCheckpoint(
                term, sequence, List.of(new LeaseCheckpoint.Remaining(lease.id(), lease.grantIndex(), seconds)));
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aSnapshotAndARestartKeepLeasesKeysAndTheFence(StoreKind kind) {
        openOn(kind);
        client.apply(new LeaseTakeover(4));
        grant(1, 30);
        client.apply(attached("a", 1));
        Path checkpoint = temporary.resolve("checkpoint");
        client.store.checkpointTo(checkpoint);
        long hash = client.store.hash();
        client.apply(new LeaseRevoke(1));
        client.store.restoreFrom(checkpoint);
        requireAsBefore(hash);
        if (kind == StoreKind.ROCKS) {
            client.store.close();
            ordered = kind.open(temporary.resolve("store"));
        }
        client = new TestClient(MvccStore.open(ordered));
        requireAsBefore(hash);
    }

    private void requireAsBefore(long hash) {
        assertThat(client.store.hash()).isEqualTo(hash);
        assertThat(client.store.leases()).containsExactly(new Lease(1, 30, 30, 2));
        assertThat(client.store.leaseKeys(1)).containsExactly(b("a"));
        assertThat(client.rejected(new LeaseTakeover(4))).isEqualTo(KvError.LEASE_FENCED);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void theHashKnowsLeasesAndWhatIsLeftOfThem(StoreKind kind) {
        openOn(kind);
        long empty = client.store.hash();
        client.apply(new LeaseTakeover(1));
        Lease lease = grant(1, 30);
        long granted = client.store.hash();
        client.apply(checkpoint(1, 1, lease, 5));
        assertThat(List.of(empty, granted, client.store.hash())).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void anAlarmRefusesGrantsAndCorruptionEverythingThatClientsAskFor(StoreKind kind) {
        openOn(kind);
        grant(1, 30);
        Alarm noSpace = new Alarm(1, Alarm.Type.NOSPACE);
        client.apply(new AlarmChange(AlarmChange.Action.ACTIVATE, noSpace));
        assertThat(client.rejected(new LeaseGrant(2, 30))).isEqualTo(KvError.NO_SPACE);
        assertThat(client.apply(new LeaseRevoke(1))).isInstanceOf(LeaseRevokeResult.class);
        client.apply(new AlarmChange(AlarmChange.Action.DEACTIVATE, noSpace));
        Lease lease = grant(1, 30);
        client.apply(new LeaseTakeover(1));
        client.apply(new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(1, Alarm.Type.CORRUPT)));
        assertThat(client.rejected(new LeaseGrant(2, 30))).isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(new LeaseRevoke(1))).isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(new LeaseExpiry(1, lease.grantIndex(), 1))).isEqualTo(KvError.CORRUPT);
    }
}
