package io.quorate.server;

import io.quorate.server.auth.FailedLogins;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.report.Detected;
import io.quorate.server.report.Detected.FailedLogin;
import io.quorate.server.report.Detected.Sign;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a member tells of attacks that it has noticed.
 *
 * @param further what other parts of the member have noticed by themselves, asked each time
 */
record OwnDetections(MemberMetrics metrics, List<Supplier<List<Sign>>> further) {

    /** More than people read. */
    private static final int MOST_LOGINS = 32;

    OwnDetections {
        further = List.copyOf(further);
    }

    Detected now() {
        Stream<Sign> own = metrics.detections().latest().stream()
                .map(entry -> new Sign(
                        entry.kind().label(),
                        entry.source(),
                        entry.count(),
                        entry.what(),
                        entry.firstMillis(),
                        entry.lastMillis()));
        FailedLogins logins = metrics.failedLogins();
        return new Detected(
                Stream.concat(own, further.stream().flatMap(part -> part.get().stream()))
                        .toList(),
                logins.ofLastHour(MOST_LOGINS).stream()
                        .map(failed -> new FailedLogin(
                                failed.from().text(),
                                failed.user(),
                                failed.wrong(),
                                failed.limited(),
                                failed.lastMillis()))
                        .toList(),
                logins.wrong(),
                logins.limited());
    }
}
