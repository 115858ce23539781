package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvent.Kind;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Of an operation it is on record what it is, who began it, each step once, and how it ended. */
class OperationAuditTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final AuditOrigin ORIGIN = new AuditOrigin(NOW, 0xabc, "10.0.0.9");

    private final TestClient client = new TestClient(MvccStore.open(new HeapStore()));

    @BeforeEach
    void begin() {
        client.apply(new AuditEvents(
                List.of(new AuditEvent(NOW, 7, "", "", Kind.AUDIT, "begin", "audit log", AuditEvent.OK, 1))));
    }

    /** An {@code OperationReport}, as protobuf writes it. */
    private static final class Report {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        static Report titled(String title) {
            return new Report().text(1, title);
        }

        Report text(int field, String text) {
            return sized(field, Bytes.utf8(text).toByteArray());
        }

        Report flag(int field) {
            bytes.write(field << 3);
            bytes.write(1);
            return this;
        }

        Report step(String name, boolean done, String result) {
            Report step = new Report().text(1, name);
            if (done) {
                step.flag(2);
            }
            step.text(3, result);
            step.bytes.writeBytes(new byte[] {4 << 3, (byte) 0x96, 1});
            return sized(4, step.bytes.toByteArray());
        }

        private Report sized(int field, byte[] value) {
            assertThat(value).hasSizeLessThan(128);
            bytes.write(field << 3 | 2);
            bytes.write(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Bytes built() {
            return Bytes.wrap(bytes.toByteArray());
        }
    }

    private ManagedOperation note(long id, ManagedOperation.State state, boolean force, Bytes report) {
        Result noted = client.apply(new Audited(ORIGIN, new NoteOperation(id, state, NOW, force, report)));
        return ((Result.OperationResult) noted).operation();
    }

    private List<String> told() {
        return client.store.auditRecords(2, Integer.MAX_VALUE).stream()
                .map(line -> {
                    assertThat(line).contains("\"address\":\"10.0.0.9\",\"kind\":\"operation\"");
                    return line.substring(line.indexOf("\"action\":\"") + 10, line.indexOf("\",\"count\""))
                            .replace("\",\"object\":\"", " | ")
                            .replace("\",\"result\":\"", " | ");
                })
                .toList();
    }

    @Test
    void whatItIsItsStepsAndHowItEndedAreOnRecordEachOnce() {
        long id = note(
                        0,
                        ManagedOperation.State.RUNNING,
                        false,
                        Report.titled("members remove c")
                                .flag(2)
                                .text(7, "ann at host")
                                .built())
                .id();
        Report moved = Report.titled("members remove c").step("hand over", true, "b leads");
        var unused = note(id, ManagedOperation.State.RUNNING, false, moved.built());
        unused = note(
                id,
                ManagedOperation.State.RUNNING,
                false,
                moved.text(9, "waits").built());
        unused = note(
                id,
                ManagedOperation.State.FAILED,
                false,
                moved.step("remove c", false, "no quorum")
                        .text(6, "it was not removed")
                        .built());
        assertThat(told())
                .containsExactly(
                        "begin | operation " + id + ", asked for by ann at host (as it says itself): members remove c"
                                + " | ok, although a check has refused it",
                        "step | operation " + id + ": hand over | done: b leads",
                        "step | operation " + id + ": remove c | not done: no quorum",
                        "end | operation " + id + ": members remove c | failed: it was not removed");
    }

    @Test
    void oneThatIsOverAlreadyIsOnRecordWithItsSteps() {
        Bytes report = Report.titled("backup --to /b")
                .step("copy", true, "7 keys")
                .text(6, "copied")
                .text(7, "ann at host")
                .built();
        Result noted = client.apply(
                new Audited(ORIGIN, NoteOperation.past(ManagedOperation.State.DONE, NOW, 5, true, report)));
        long id = ((Result.OperationResult) noted).operation().id();
        assertThat(told())
                .containsExactly(
                        "step | operation " + id + ": copy | done: 7 keys",
                        "end | operation " + id
                                + ", asked for by ann at host (as it says itself): backup --to /b | done: copied");
    }

    @Test
    void oneThatIsRefusedOrBrokenOffIsOnRecord() {
        long first = note(
                        0,
                        ManagedOperation.State.RUNNING,
                        false,
                        Report.titled("first").built())
                .id();
        var unused = note(
                0,
                ManagedOperation.State.RUNNING,
                false,
                Report.titled("second").built());
        long third = note(
                        0,
                        ManagedOperation.State.RUNNING,
                        true,
                        Report.titled("third").built())
                .id();
        unused = note(
                first,
                ManagedOperation.State.DONE,
                false,
                Report.titled("first").built());
        Result unknown = client.apply(
                new Audited(ORIGIN, new NoteOperation(77, ManagedOperation.State.DONE, NOW, false, b(""))));
        assertThat(unknown).isEqualTo(new Result.Rejected(KvError.OPERATION_NOT_FOUND));
        assertThat(told())
                .containsExactly(
                        "begin | operation " + first + ": first | ok",
                        "note | operation: second | refused for operation " + first,
                        "break off | operation " + first + ": first | for operation " + third + " to begin",
                        "begin | operation " + third + ": third | ok",
                        "note | operation " + first + ": first | refused for operation " + first,
                        "note | operation 77 | operation not found");
    }

    @Test
    void aReportWithVeryManyStepsTakesFewRecords() {
        Report report = Report.titled("many");
        for (int i = 0; i < 1000; i++) {
            report.step("step " + i, true, "");
        }
        long id = note(0, ManagedOperation.State.RUNNING, false, report.built()).id();
        assertThat(told()).hasSize(22).last().isEqualTo("step | operation " + id + ": more steps | ok");
        assertThat(client.store.auditRecords(23, 1)).singleElement().asString().contains("\"count\":980");
    }

    /** Somebody who may note operations could push out all else with texts that change. */
    @Test
    void stepsThatAreCalledOtherwiseAreNoNews() {
        long id = note(0, ManagedOperation.State.RUNNING, false, steps(25, false, "a"))
                .id();
        int known = told().size();
        for (int i = 0; i < 10; i++) {
            var unused = note(id, ManagedOperation.State.RUNNING, false, steps(25, false, "b" + i));
        }
        assertThat(told()).hasSize(known);
        var unused = note(id, ManagedOperation.State.RUNNING, false, steps(25, true, "c"));
        assertThat(told())
                .hasSize(known + 21)
                .element(known)
                .isEqualTo("step | operation " + id + ": step 0 | done: c");
        for (int i = 0; i < 10; i++) {
            unused = note(id, ManagedOperation.State.RUNNING, false, steps(25, true, "d" + i));
        }
        assertThat(told()).hasSize(known + 21);
    }

    private static Bytes steps(int count, boolean done, String result) {
        Report report = Report.titled("many");
        for (int i = 0; i < count; i++) {
            report.step("step " + i, done, result);
        }
        return report.built();
    }

    @Test
    void noTitleHidesWhoAskedOrPassesForIt() {
        String title = "x (asked for by root, as it says itself)" + "y".repeat(80);
        long id = note(
                        0,
                        ManagedOperation.State.RUNNING,
                        false,
                        Report.titled(title).text(7, "eve").built())
                .id();
        assertThat(told())
                .containsExactly(
                        "begin | operation " + id + ", asked for by eve (as it says itself): " + title + " | ok");
        String asker = "z".repeat(120);
        var unused = note(
                0,
                ManagedOperation.State.RUNNING,
                true,
                Report.titled("t").text(7, asker).built());
        assertThat(told().getLast()).contains("asked for by " + "z".repeat(97) + "... (as it says itself): t | ok");
    }

    @Test
    void aReportThatCannotBeReadIsSaidToBeOne() {
        List<Bytes> broken =
                new ArrayList<>(List.of(b("report"), b("\n"), b("\n\u0009abc"), b("\b\u0001"), b("\u000c")));
        Bytes whole = Report.titled("t").step("s", true, "r").built();
        for (int length = 1; length < whole.size(); length++) {
            if (length != 3) {
                broken.add(whole.slice(0, length));
            }
        }
        assertThat(broken).allMatch(report -> OperationSummary.of(report).equals(OperationSummary.UNREADABLE));
        long id = note(0, ManagedOperation.State.RUNNING, false, b("report")).id();
        assertThat(told()).containsExactly("begin | operation " + id + ": its report cannot be read | ok");
    }
}
