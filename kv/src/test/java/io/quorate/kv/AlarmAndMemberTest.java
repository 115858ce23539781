package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AlarmChange.Action;
import io.quorate.kv.Result.AlarmResult;
import io.quorate.kv.Result.PublishResult;
import io.quorate.kv.Result.Rejected;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Alarms, what they refuse, and what members publish. */
class AlarmAndMemberTest {
    private static final Alarm NO_SPACE = new Alarm(7, Alarm.Type.NOSPACE);
    private static final Alarm CORRUPT = new Alarm(0, Alarm.Type.CORRUPT);

    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    @Test
    void withoutSpacePutsAreRefusedAndEverythingElseGoesOn() {
        client.put("a", "1");
        client.apply(new AlarmChange(Action.ACTIVATE, NO_SPACE));
        Put put = Put.of(b("b"), b("1"));
        assertThat(client.rejected(put)).isEqualTo(KvError.NO_SPACE);
        assertThat(client.rejected(new Txn(List.of(), List.of(), List.of(put)))).isEqualTo(KvError.NO_SPACE);
        assertThat(client.txn(List.of(), List.of(DeleteRange.of(b("a"))), List.of())
                        .revision())
                .isEqualTo(3);
        assertThat(client.apply(new Compact(3, false))).isInstanceOf(Result.CompactResult.class);
        assertThat(client.all().count()).isZero();
        client.apply(new AlarmChange(Action.DEACTIVATE, NO_SPACE));
        assertThat(client.put("b", "1").revision()).isEqualTo(4);
    }

    @Test
    void whenCorruptEverythingIsRefused() {
        client.put("a", "1");
        client.apply(new AlarmChange(Action.ACTIVATE, CORRUPT));
        assertThat(client.rejected(Put.of(b("a"), b("2")))).isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(DeleteRange.of(b("a")))).isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(new Compact(2, false))).isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(new Txn(List.of(), List.of(DeleteRange.of(b("a"))), List.of())))
                .isEqualTo(KvError.CORRUPT);
        assertThat(client.rejected(Range.of(b("a")))).isEqualTo(KvError.CORRUPT);
        assertThat(client.store.read(new Txn(List.of(), List.of(), List.of())))
                .isEqualTo(new Rejected(KvError.CORRUPT));
        client.apply(new AlarmChange(Action.DEACTIVATE, CORRUPT));
        assertThat(client.get("a").value()).isEqualTo(b("1"));
    }

    @Test
    void changesOfAlarmsAnswerTheAlarmsThatTheyConcern() {
        assertThat(client.apply(new AlarmChange(Action.DEACTIVATE, NO_SPACE))).isEqualTo(new AlarmResult(1, List.of()));
        for (int time = 0; time < 2; time++) {
            assertThat(client.apply(new AlarmChange(Action.ACTIVATE, NO_SPACE)))
                    .isEqualTo(new AlarmResult(1, List.of(NO_SPACE)));
        }
        client.apply(new AlarmChange(Action.ACTIVATE, CORRUPT));
        assertThat(client.store.alarms()).containsExactly(CORRUPT, NO_SPACE);
        assertThat(client.apply(new AlarmChange(Action.DEACTIVATE, NO_SPACE)))
                .isEqualTo(new AlarmResult(1, List.of(NO_SPACE)));
        assertThat(client.store.alarms()).containsExactly(CORRUPT);
    }

    @Test
    void alarmsAndMembersSurviveARestart() {
        client.apply(new AlarmChange(Action.ACTIVATE, NO_SPACE));
        client.apply(new AlarmChange(Action.ACTIVATE, CORRUPT));
        client.apply(new AlarmChange(Action.DEACTIVATE, CORRUPT));
        client.apply(new PublishMember(-5, "old name", List.of()));
        assertThat(client.apply(new PublishMember(-5, "n1", List.of("http://a:1", "http://b:2"), "zone1")))
                .isEqualTo(new PublishResult(1));
        MvccStore again = MvccStore.open(ordered);
        assertThat(again.alarms()).containsExactly(NO_SPACE);
        assertThat(again.members())
                .containsExactly(new PublishedMember(-5, "n1", List.of("http://a:1", "http://b:2"), "zone1"));
        assertThat(again.appliedIndex()).isEqualTo(5);
        assertThat(again.currentRevision()).isEqualTo(1);
    }
}
