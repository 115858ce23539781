package io.quorate.bench.phase;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SentMessagesTest {

    private static SentMessages page(int leads, int term, int inflight, int messages) {
        return SentMessages.parse("""
                etcd_server_is_leader %d.0
                quorate_raft_term %d.0
                quorate_replication_max_batch_bytes 1048576.0
                quorate_replication_max_inflight_messages %d.0
                quorate_replication_messages %d.0
                quorate_replication_full_messages 3.0
                quorate_replication_messages_under_way %d.0
                quorate_replication_held_back 1.0
                """.formatted(leads, term, inflight, messages, 2 * messages))
                .orElseThrow();
    }

    @Test
    void whatALeaderHasSentLiesBetweenTwoLooks() {
        assertThat(page(1, 4, 8, 70).since(page(1, 4, 8, 50)))
                .contains(new SentMessages(true, 4, 1 << 20, 8, 20, 0, 40, 0));
    }

    @Test
    void betweenTwoTermsOrBoundsOrLivesNothingIsTold() {
        assertThat(page(1, 5, 8, 70).since(page(1, 4, 8, 50))).isEmpty();
        assertThat(page(1, 4, 4, 70).since(page(1, 4, 8, 50))).isEmpty();
        assertThat(page(1, 4, 8, 7).since(page(1, 4, 8, 50))).isEmpty();
        assertThat(page(0, 4, 8, 70).since(page(1, 4, 8, 50))).isEmpty();
    }

    @Test
    void itIsTheLeadersWordThatCounts() {
        URI one = URI.create("http://one:1");
        URI two = URI.create("http://two:1");
        var before = new PhasePages.Sample(Map.of(), Map.of(one, page(0, 4, 8, 900), two, page(1, 4, 8, 50)), Map.of());
        var after = new PhasePages.Sample(Map.of(), Map.of(one, page(0, 4, 8, 900), two, page(1, 4, 8, 51)), Map.of());
        assertThat(after.sentSince(before)).map(SentMessages::messages).contains(1L);
    }

    @Test
    void aPageThatDoesNotTellIsNoMembersOfThisRelease() {
        assertThat(SentMessages.parse("etcd_server_is_leader 1")).isEmpty();
    }
}
