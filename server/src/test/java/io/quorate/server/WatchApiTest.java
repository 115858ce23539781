package io.quorate.server;

import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.prefixEnd;
import static io.quorate.server.EtcdClient.putOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest.FilterType;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients that watch are told, by any member. */
class WatchApiTest {

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static EtcdClient client;

    private WatchConversation watches;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(3, folder);
        client = new EtcdClient(cluster.channel(cluster.leader()));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @BeforeEach
    void begin() {
        watches = WatchConversation.begin(cluster.channel(cluster.follower()));
    }

    @AfterEach
    void end() {
        watches.close();
    }

    private static WatchCreateRequest.Builder key(String key) {
        return WatchCreateRequest.newBuilder().setKey(bytes(key));
    }

    private static WatchCreateRequest.Builder prefix(String prefix) {
        return key(prefix).setRangeEnd(prefixEnd(prefix));
    }

    private static long put(String key, String value) {
        return client.put(key, value).getHeader().getRevision();
    }

    private static String told(Event event) {
        return event.getType() + " " + event.getKv().getKey().toStringUtf8() + "="
                + event.getKv().getValue().toStringUtf8();
    }

    @Test
    void changesOfAKeyAreToldAsTheyHappenAndOthersAreNot() throws InterruptedException {
        WatchResponse created = watches.created(key("now/a"));
        assertThat(created.getWatchId()).isZero();
        assertThat(created.getCanceled()).isFalse();
        assertThat(created.getHeader().getMemberId())
                .isEqualTo(cluster.member(cluster.follower()).memberId());
        put("now/other", "x");
        long revision = put("now/a", "1");
        WatchResponse put = watches.next();
        assertThat(put.getHeader().getRevision()).isEqualTo(revision);
        assertThat(put.getEventsList()).extracting(WatchApiTest::told).containsExactly("PUT now/a=1");
        assertThat(put.getEvents(0).hasPrevKv()).isFalse();

        client.delete("now/a");
        Event deleted = watches.next().getEvents(0);
        assertThat(told(deleted)).isEqualTo("DELETE now/a=");
        assertThat(deleted.getKv().getModRevision()).isEqualTo(revision + 1);
        assertThat(deleted.getKv().getVersion()).isZero();
    }

    @Test
    void aWatchBeginsInThePastAndGoesOnInThePresent() throws InterruptedException {
        long first = put("past/a", "1");
        put("past/b", "2");
        put("past/a", "3");
        watches.created(prefix("past/").setStartRevision(first + 1).setPrevKv(true));
        List<Event> past = watches.events(2);
        assertThat(past).extracting(WatchApiTest::told).containsExactly("PUT past/b=2", "PUT past/a=3");
        assertThat(past.get(0).hasPrevKv())
                .as("a key that is new has no earlier pair")
                .isFalse();
        assertThat(past.get(1).getPrevKv().getValue()).isEqualTo(bytes("1"));
        put("past/c", "4");
        assertThat(watches.events(1)).extracting(WatchApiTest::told).containsExactly("PUT past/c=4");
    }

    @Test
    void aWatchThatBeginsInTheFutureIsToldNothingBefore() throws InterruptedException {
        long now = put("future/a", "0");
        watches.created(key("future/a").setStartRevision(now + 3));
        put("future/a", "1");
        put("future/a", "2");
        put("future/a", "3");
        assertThat(watches.events(1)).extracting(WatchApiTest::told).containsExactly("PUT future/a=3");
    }

    @Test
    void eventsOfOneRevisionComeTogether() throws InterruptedException {
        watches.created(prefix("txn/"));
        client.kv()
                .txn(TxnRequest.newBuilder()
                        .addSuccess(op(putOf("txn/a", "1")))
                        .addSuccess(op(putOf("txn/b", "2")))
                        .addSuccess(op(putOf("txn/c", "3")))
                        .build());
        assertThat(watches.next().getEventsList())
                .extracting(WatchApiTest::told)
                .containsExactly("PUT txn/a=1", "PUT txn/b=2", "PUT txn/c=3");
    }

    @Test
    void aLargeRevisionIsTakenApartForThoseWhoAllowIt() throws InterruptedException {
        String large = "x".repeat(700_000);
        watches.created(prefix("large/").setFragment(true));
        WatchResponse whole = watches.created(prefix("large/"));
        client.put("large/a", large);
        client.put("large/b", large);
        client.put("large/c", large);
        assertThat(watches.events(3 * 2)).as("three puts, told to two watches").hasSize(6);
        // Deletions with the pairs before make a revision that is larger than any request.
        watches.cancel(0);
        assertThat(watches.next().getCanceled()).isTrue();
        watches.cancel(whole.getWatchId());
        assertThat(watches.next().getCanceled()).isTrue();
        WatchResponse apart = watches.created(prefix("large/").setFragment(true).setPrevKv(true));
        client.kv()
                .deleteRange(DeleteRangeRequest.newBuilder()
                        .setKey(bytes("large/"))
                        .setRangeEnd(prefixEnd("large/"))
                        .build());
        List<String> told = new ArrayList<>();
        List<Boolean> fragments = new ArrayList<>();
        while (told.size() < 3) {
            WatchResponse response = watches.next();
            assertThat(response.getWatchId()).isEqualTo(apart.getWatchId());
            response.getEventsList().forEach(event -> told.add(told(event)));
            fragments.add(response.getFragment());
        }
        assertThat(told).containsExactly("DELETE large/a=", "DELETE large/b=", "DELETE large/c=");
        assertThat(fragments).hasSizeGreaterThan(1).endsWith(true, false);
    }

    @Test
    void filtersLeaveOutPutsOrDeletions() throws InterruptedException {
        watches.created(key("filter").addFilters(FilterType.NOPUT));
        WatchResponse noDeletions = watches.created(key("filter").addFilters(FilterType.NODELETE));
        put("filter", "1");
        client.delete("filter");
        WatchResponse put = watches.next();
        assertThat(put.getWatchId()).isEqualTo(noDeletions.getWatchId());
        WatchResponse deletion = watches.next();
        assertThat(deletion.getWatchId()).isZero();
        assertThat(told(deletion.getEvents(0))).isEqualTo("DELETE filter=");
    }

    @Test
    void idsAreChosenByTheClientOrCountedFromZero() throws InterruptedException {
        assertThat(watches.created(key("id").setWatchId(1)).getWatchId()).isEqualTo(1);
        assertThat(watches.created(key("id")).getWatchId()).isZero();
        assertThat(watches.created(key("id")).getWatchId()).as("1 is taken").isEqualTo(2);
        WatchResponse taken = watches.created(key("id").setWatchId(2));
        assertThat(taken.getWatchId()).isEqualTo(-1);
        assertThat(taken.getCanceled()).isTrue();
        assertThat(taken.getCancelReason()).isEqualTo("mvcc: duplicate watch ID provided on the WatchStream");
    }

    @Test
    void anEmptyRangeIsRefused() throws InterruptedException {
        WatchResponse refused = watches.created(key("b").setRangeEnd(bytes("a")));
        assertThat(refused.getWatchId()).isEqualTo(-1);
        assertThat(refused.getCanceled()).isTrue();
        assertThat(refused.getCancelReason()).isEqualTo("mvcc: watcher range is empty");
        assertThat(watches.created(key("b")).getCanceled()).isFalse();
    }

    @Test
    void aCancelledWatchIsToldNothingMore() throws InterruptedException {
        watches.created(key("cancel"));
        watches.created(key("cancel"));
        watches.cancel(17);
        watches.cancel(0);
        WatchResponse cancelled = watches.next();
        assertThat(cancelled.getCanceled()).isTrue();
        assertThat(cancelled.getWatchId()).isZero();
        assertThat(cancelled.getCancelReason()).isEmpty();
        put("cancel", "1");
        put("cancel", "2");
        int told = 0;
        while (told < 2) {
            WatchResponse response = watches.next();
            assertThat(response.getWatchId()).isEqualTo(1);
            told += response.getEventsCount();
        }
    }

    @Test
    void aWatchOfWhatIsCompactedIsToldSoAndOver() throws InterruptedException {
        long first = put("compact", "1");
        long last = put("compact", "2");
        client.compact(last);
        watches.created(key("compact").setStartRevision(first));
        WatchResponse compacted = watches.next();
        assertThat(compacted.getCanceled()).isTrue();
        assertThat(compacted.getCompactRevision()).isEqualTo(last);
        assertThat(compacted.getHeader().getRevision()).isZero();
        assertThat(compacted.getCancelReason()).isEmpty();
        watches.created(key("compact").setStartRevision(last));
        assertThat(watches.events(1)).extracting(WatchApiTest::told).containsExactly("PUT compact=2");
    }

    @Test
    void progressIsToldWhenItIsAskedForAndIsNeverAheadOfEvents() throws InterruptedException {
        watches.created(prefix("progress/"));
        watches.created(key("progress/none"));
        long last = 0;
        for (int i = 0; i < 100; i++) {
            last = put("progress/" + i, "x");
        }
        watches.askForProgress();
        long seen = 0;
        long progress = 0;
        for (int i = 0; i < 101; ) {
            WatchResponse response = watches.next();
            if (response.getWatchId() == -1) {
                progress = response.getHeader().getRevision();
                assertThat(progress).as("what was told before").isEqualTo(Math.max(progress, seen));
                assertThat(response.getEventsList()).isEmpty();
                i++;
            }
            for (Event event : response.getEventsList()) {
                assertThat(event.getKv().getModRevision()).isGreaterThan(Math.max(progress, seen));
                seen = event.getKv().getModRevision();
                i++;
            }
        }
        assertThat(seen).isEqualTo(last);
    }

    /** A hundred changes at each of so many revisions. */
    private static void putMany(String prefix, int revisions) {
        for (int i = 0; i < revisions; i++) {
            TxnRequest.Builder txn = TxnRequest.newBuilder();
            for (int j = 0; j < 100; j++) {
                txn.addSuccess(op(putOf(prefix + j, "v" + i)));
            }
            client.kv().txn(txn.build());
        }
    }

    /** The next answer that tells of the progress of all watches. */
    private WatchResponse progress() throws InterruptedException {
        WatchResponse response = watches.next();
        while (response.getWatchId() != -1) {
            response = watches.next();
        }
        return response;
    }

    @Test
    void progressThatWaitsForAWatchIsToldOnceThatWatchIsCancelled() throws InterruptedException {
        putMany("lagging/", 100);
        long revision = put("lagging", "last");
        for (int i = 0; i < 5; i++) {
            watches.create(prefix("lagging/").setStartRevision(2).setWatchId(70 + i));
            watches.askForProgress();
            watches.cancel(70 + i);
            assertThat(progress().getHeader().getRevision()).isGreaterThanOrEqualTo(revision);
        }
    }

    @Test
    void progressThatWaitsForAWatchIsToldOnceThatWatchIsCompacted() throws InterruptedException {
        long first = put("gone", "1");
        long last = put("gone", "2");
        client.compact(last);
        for (int i = 0; i < 100; i++) {
            watches.create(key("gone").setStartRevision(first));
            watches.askForProgress();
            assertThat(progress().getHeader().getRevision()).isGreaterThanOrEqualTo(last);
        }
    }

    @Test
    void whoHasNothingMoreToAskGoesOnWatching() throws InterruptedException {
        watches.created(key("half"));
        watches.halfClose();
        put("half", "1");
        assertThat(watches.events(1)).extracting(WatchApiTest::told).containsExactly("PUT half=1");
    }

    @Test
    void aClientThatTakesNothingKeepsNobodyWaitingAndMissesNothing() throws InterruptedException {
        String value = "x".repeat(10_000);
        try (WatchConversation slow = WatchConversation.beginSlowly(cluster.channel(cluster.leader()))) {
            long first = put("slow", "0") + 1;
            slow.create(key("slow").setStartRevision(first));
            watches.created(key("slow").setStartRevision(first));
            for (int i = 0; i < 500; i++) {
                client.put("slow", value);
            }
            assertThat(watches.events(500)).hasSize(500);
            assertThat(slow.waiting()).isZero();
            slow.take(Integer.MAX_VALUE);
            assertThat(slow.next().getCreated()).isTrue();
            assertThat(slow.events(500))
                    .extracting(event -> event.getKv().getModRevision())
                    .containsExactlyElementsOf(
                            LongStream.range(first, first + 500).boxed().toList());
        }
    }

    @Test
    void aStreamThatWantsALeaderEndsWhenThereIsNoneForSomeTime() throws IOException, InterruptedException {
        try (TestCluster other = TestCluster.start(3, folder.resolve("other"))) {
            int left = other.follower();
            try (WatchConversation patient = WatchConversation.begin(other.channel(left));
                    WatchConversation impatient = WatchConversation.beginWithLeader(other.channel(left))) {
                impatient.created(key("a"));
                patient.created(key("a"));
                for (int member = 0; member < 3; member++) {
                    if (member != left) {
                        other.stop(member);
                    }
                }
                Status end = impatient.end();
                assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(end.getDescription()).isEqualTo("etcdserver: no leader");
                patient.created(key("b"));
            }
        }
    }

    @Test
    void aMemberThatStopsEndsItsStreamsSuchThatClientsGoOnElsewhere() throws IOException, InterruptedException {
        try (TestCluster other = TestCluster.start(1, folder.resolve("single"));
                WatchConversation ended = WatchConversation.begin(other.channel(0))) {
            ended.created(key("a"));
            other.stop(0);
            assertThat(ended.end().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
    }
}
