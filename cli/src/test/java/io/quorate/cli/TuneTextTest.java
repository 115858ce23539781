package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.quorate.bench.phase.PhaseHistograms;
import io.quorate.bench.phase.SentMessages;
import io.quorate.server.tuning.TimeoutAdvice;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** How it is told what may be faster. */
class TuneTextTest {

    private static final String WHOLE = "quorate_write_duration_seconds";

    private static String histogram(String name, String phase, double meanSeconds) {
        String label = phase.isEmpty() ? "" : "phase=\"" + phase + "\",";
        String labels = phase.isEmpty() ? "" : "{phase=\"" + phase + "\"}";
        return """
                %1$s_bucket{%2$sle="0.01"} 1000
                %1$s_bucket{%2$sle="+Inf"} 1000
                %1$s_sum%3$s %4$s
                """.formatted(name, label, labels, 1000 * meanSeconds);
    }

    private static PhaseHistograms phases(double syncSeconds, double replicateSeconds) {
        String byPhase = "quorate_write_phase_duration_seconds";
        return PhaseHistograms.parse(histogram(WHOLE, "", 0.001)
                        + histogram(byPhase, "commit", 0.0009)
                        + histogram(byPhase, "sync", syncSeconds)
                        + histogram(byPhase, "replicate", replicateSeconds)
                        + histogram(byPhase, "apply", 0.0001))
                .orElseThrow();
    }

    private static TuneReport report(double syncSeconds, double replicateSeconds, SentMessages sent) {
        return new TuneReport(
                Duration.ofSeconds(10),
                phases(syncSeconds, replicateSeconds),
                Optional.of(sent),
                OptionalLong.of(400),
                TimeoutAdvice.of(Duration.ofSeconds(1), 200_000, 0));
    }

    private static SentMessages sent(long messages, long underWay) {
        return new SentMessages(true, 2, 1 << 20, 256, messages, 0, underWay, 0);
    }

    private static String text(TuneReport report) {
        StringWriter text = new StringWriter();
        TuneText.print(new PrintWriter(text, true), report);
        return text.toString();
    }

    @Test
    void whatIsWorthATrialIsToldWithItsFlagItsReasonAndWhatItCanSave() {
        assertThat(text(report(0.0003, 0.0009, sent(100, 530))))
                .contains("Where the time of 1000 writes went, in 10.0 s, 100 a second")
                .contains("Most of it goes to commit: what it waits for is the others ('replicate')")
                .contains("a commit takes 0.400 ms at least")
                .contains(
                        "Worth a trial at the leader: --max-inflight-messages 4 (now 256): 5.3 messages are under way")
                .contains("It can save at most 50 % of a write's time.");
    }

    @Test
    void whereTheLeadersOwnDiskIsWaitedForItIsTold() {
        assertThat(text(report(0.0009, 0.0004, sent(100, 530))))
                .contains("what it waits for is the leader's own disk ('sync')")
                .contains("No setting of sending entries is worth a trial");
    }

    @Test
    void timeoutsAreToldAsFlagsOfAllMembers() {
        assertThat(text(report(0.0009, 0.0004, sent(100, 100))))
                .contains("Timeouts: --election-timeout 2000 --heartbeat-interval 200, at all members alike: 1 of 100"
                        + " round trips takes 200 ms");
    }

    @Test
    void whereNoTimeoutWouldDoNoFlagIsTold() {
        PhaseHistograms all = phases(0.0009, 0.0004);
        TuneReport report = new TuneReport(
                Duration.ofSeconds(10),
                all,
                Optional.of(sent(100, 100)),
                OptionalLong.empty(),
                TimeoutAdvice.of(Duration.ofSeconds(1), 0, 6_000_000));
        assertThat(text(report))
                .contains("Timeouts: 1 of 100 round trips takes 0 ms and 1 of 100 syncs 6000 ms")
                .doesNotContain("--election-timeout");
        JsonObject told = TuneJson.of(report);
        assertThat(told.getAsJsonArray("proposals")).isEmpty();
        assertThat(told.get("trouble").getAsString()).contains("1 of 100 syncs 6000 ms");
    }

    @Test
    void withoutALeaderNoSettingIsProposed() {
        TuneReport report = new TuneReport(
                Duration.ofSeconds(10),
                phases(0.0003, 0.0009),
                Optional.empty(),
                OptionalLong.empty(),
                Optional.empty());
        assertThat(text(report)).contains("No setting is proposed, since no member has led all the time.");
    }

    @Test
    void withoutWritesThereIsNoTimeToTellOf() {
        PhaseHistograms all = phases(0.0003, 0.0009);
        TuneReport report = new TuneReport(
                Duration.ofSeconds(10),
                all.since(all).orElseThrow(),
                Optional.of(sent(100, 530)),
                OptionalLong.empty(),
                Optional.empty());
        assertThat(text(report))
                .isEqualToIgnoringNewLines(
                        "No write was answered in 10.0 s: there is no time to tell of. Run this while"
                                + " clients write.");
        JsonObject told = TuneJson.of(report);
        assertThat(told.get("writes").getAsLong()).isZero();
        assertThat(told.getAsJsonArray("proposals"))
                .as("whatever was sent meanwhile")
                .isEmpty();
    }

    @Test
    void programsAreToldTheSame() {
        JsonObject told = TuneJson.of(report(0.0003, 0.0009, sent(100, 530)));
        JsonObject first = told.getAsJsonArray("proposals").get(0).getAsJsonObject();
        assertThat(first.get("flag").getAsString()).isEqualTo("--max-inflight-messages 4");
        assertThat(first.get("saves_at_most").getAsDouble()).isEqualTo(0.5);
        assertThat(told.getAsJsonArray("proposals")).hasSize(3);
        assertThat(told.get("best_commit_micros").getAsLong()).isEqualTo(400);
    }
}
