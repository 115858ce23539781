package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.report.MemberReport.Divergence;
import io.quorate.server.report.MemberReport.Gc;
import io.quorate.server.report.MemberReport.LogDivergence;
import io.quorate.server.report.MemberReport.MissingEntries;
import io.quorate.server.report.MemberReport.Score;
import io.quorate.server.report.MemberReport.ScoredPart;
import io.quorate.server.report.MemberReport.SnapshotTransfer;
import io.quorate.server.report.MemberReport.Verification;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The form of a report that leaves the member. */
class ReportJsonTest {

    private static MemberReport full() {
        return Told.well()
                .member("a", a -> {
                    a.zone = Optional.of("z1");
                    a.gc = Optional.of(new Gc(1, 2, 3));
                    a.missing = Optional.of(new MissingEntries(9, 1, 8, List.of("b")));
                    a.transfers = List.of(new SnapshotTransfer("c", 7, 5, 10));
                    a.stopped = Optional.of("a \"reason\"\nof two lines, <b>");
                    a.logDiverged = Optional.of(new LogDivergence(2, 7, "ab", "cd"));
                    a.cutFrom("c");
                    a.score = Optional.of(
                            new Score(0.5, true, 7_000, List.of(new ScoredPart("sync", 0.5, 50_000, 10_000, 250_000))));
                    a.waitsFor = Optional.of("the others");
                    a.verification = new Verification(
                            8, true, List.of("a", "b"), List.of("c"), List.of(new Divergence("c", 8, List.of(3, 64))));
                })
                .done()
                .report("a")
                .orElseThrow();
    }

    private static MemberReport scarce() {
        return Told.well()
                .leaderless()
                .member("b", b -> {
                    b.disk = Optional.empty();
                    b.links.clear();
                })
                .done()
                .report("b")
                .orElseThrow();
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(ReportJson.read(ReportJson.write(full()))).isEqualTo(full());
        assertThat(ReportJson.read(ReportJson.write(scarce()))).isEqualTo(scarce());
    }

    @Test
    void fieldsAreInLowerCaseAndWhatIsNotKnownIsLeftOut() {
        JsonObject json = JsonParser.parseString(ReportJson.write(full())).getAsJsonObject();
        assertThat(json.get("member_id").getAsString()).isEqualTo("a");
        assertThat(json.get("leader_id").getAsString()).isEqualTo("a");
        assertThat(json.get("last_index").getAsLong()).isEqualTo(10_000);
        assertThat(json.getAsJsonObject("sync").get("p50_micros").getAsLong()).isEqualTo(200);
        JsonObject link = json.getAsJsonArray("links").get(0).getAsJsonObject();
        assertThat(link.getAsJsonObject("rtt_micros").keySet()).containsExactly("count", "min", "p50", "p99");

        JsonObject other = JsonParser.parseString(ReportJson.write(scarce())).getAsJsonObject();
        assertThat(other.keySet()).doesNotContain("leader_id", "disk", "gc", "missing_entries", "zone", "stopped");
    }

    @Test
    void aMemberOfAReleaseThatDidNotTellItsOwnIsReadAllTheSame() {
        assertThat(JsonParser.parseString(ReportJson.write(full()))
                        .getAsJsonObject()
                        .get("release")
                        .getAsString())
                .isEqualTo("1.0.0");
        String earlier = ReportJson.write(full()).replaceFirst("\"release\":\"1.0.0\",", "");
        MemberReport read = ReportJson.read(earlier);
        assertThat(read.release()).isEmpty();
        assertThat(read.version()).isEqualTo("3.4.23");
        assertThat(read.clusterId()).isEqualTo(full().clusterId());
    }

    @Test
    void whatALaterReleaseAddsIsSkipped() {
        String later = ReportJson.write(full()).replaceFirst("\\{", "{\"new_thing\":{\"x\":[1]},");
        assertThat(ReportJson.read(later)).isEqualTo(full());
    }

    @Test
    void whereMembersDifferIsNotToldByEarlierReleases() {
        String earlier = ReportJson.write(scarce()).replace(",\"divergences\":[]", "");
        assertThat(earlier).doesNotContain("divergences");
        assertThat(ReportJson.read(earlier)).isEqualTo(scarce());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "{}", "[]", "<html>", "{\"member_id\":\"a\"}", "{\"member_id\":{}}"})
    void whatIsNoReportIsRefused(String text) {
        assertThatThrownBy(() -> ReportJson.read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("this is no member's report");
    }
}
