package io.quorate.server.report;

import io.quorate.server.report.MemberReport.Gc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** Reports of members, as whoever asks them reads them. */
public final class ReportFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(FuzzTarget.of(
                        "member-report",
                        ReportFuzzTargets::sample,
                        input -> ReportJson.read(new String(input, StandardCharsets.UTF_8)),
                        IllegalArgumentException.class)
                .ofText()
                .within(8192, 256 << 10, 256));
    }

    private static byte[] sample(SplittableRandom random) {
        MemberReport report = Told.well()
                .member("a", a -> {
                    a.zone = random.nextBoolean() ? Optional.of("z\u00fc1") : Optional.empty();
                    a.gc = random.nextBoolean() ? Optional.of(new Gc(1, 2, 3)) : Optional.empty();
                    a.term = random.nextLong();
                })
                .done()
                .report("a")
                .orElseThrow();
        return ReportJson.write(report).getBytes(StandardCharsets.UTF_8);
    }
}
