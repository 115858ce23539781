package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditEvents;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A log that was made anew is whole in itself, and given away by the others. */
class AuditCopyTest {

    private static List<String> log(String... objects) {
        MvccStore store = MvccStore.open(new HeapStore());
        for (String object : objects) {
            AuditEvent event =
                    new AuditEvent(1, 7, "ann", "10.0.0.9", AuditEvent.Kind.USER, "add", object, AuditEvent.OK, 1);
            long index = store.appliedIndex() + 1;
            var unused = store.apply(List.of(LoggedCommand.of(index, new AuditEvents(List.of(event)))), index);
        }
        return store.auditRecords(1, 100);
    }

    private static AuditCopy copy(String place, List<String> lines) {
        AuditCopy copy = new AuditCopy(place);
        lines.forEach(copy::add);
        return copy;
    }

    @Test
    void copiesThatAreOnlyBehindAgree() {
        List<String> lines = log("a", "b", "c");
        AuditCopy whole = copy("member a", lines);
        AuditCopy behind = copy("member b", lines.subList(0, 2));
        assertThat(whole.problems()).isEmpty();
        assertThat(whole.differenceFrom(behind)).isEmpty();
        assertThat(behind.differenceFrom(whole)).isEmpty();
        assertThat(behind.beyond(whole)).isEmpty();
        assertThat(whole.beyond(behind))
                .hasValueSatisfying(sentence -> assertThat(sentence).startsWith("records 3 to 3 are at member a"));
    }

    @Test
    void whoeverMakesItAnewFromOneRecordOnIsGivenAwayByTheOthers() {
        AuditCopy genuine = copy("member a", log("a", "b", "c"));
        AuditCopy forged = copy("member b", log("a", "x", "c"));
        assertThat(forged.problems()).as("whole in itself").isEmpty();
        assertThat(genuine.differenceFrom(forged))
                .hasValueSatisfying(sentence ->
                        assertThat(sentence).startsWith("record 2 is another one at member a than at member b"));
    }

    @Test
    void whatIsMissingAtTheEndIsToldByTheHead() {
        List<String> lines = log("a", "b", "c");
        AuditCopy whole = copy("member a", lines);
        AuditCopy cut = copy("member b", lines.subList(0, 1));
        cut.endsWith(3, whole.lastHash().orElseThrow());
        assertThat(cut.problems()).containsExactly("member b: records 2 to 3 are missing at the end");
        whole.endsWith(3, "0".repeat(64));
        assertThat(whole.problems()).containsExactly("member a: record 3 is not the one that it says is its last one");
    }

    @Test
    void aLineFollowsTheOneBeforeItAndNoOther() {
        List<String> lines = log("a", "b", "c");
        assertThat(AuditCopy.follows(lines.get(0), lines.get(1))).isTrue();
        assertThat(AuditCopy.follows(lines.get(0), lines.get(2))).isFalse();
        assertThat(AuditCopy.follows(lines.get(0), log("x", "b").get(1))).isFalse();
        assertThat(AuditCopy.number(lines.get(2))).hasValue(3);
        assertThat(AuditCopy.number("{}")).isEmpty();
    }
}
