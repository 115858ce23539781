package io.quorate.bench.cost;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;

/** A member's {@code /metrics}, in the text format of Prometheus, as far as it is needed here. */
final class MetricsPage implements AutoCloseable {

    /** What etcd and Quorate both count syncs of their logs by. */
    private static final String LOG_SYNCS = "etcd_disk_wal_fsync_duration_seconds_count";

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int OK = 200;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /** How often the member has synced its log; empty if it does not tell. */
    OptionalDouble logSyncs(URI member) {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(member.getScheme() + "://" + member.getAuthority() + "/metrics"))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == OK ? value(answer.body(), LOG_SYNCS) : OptionalDouble.empty();
        } catch (IOException | IllegalArgumentException e) {
            // It does not answer, or its address is none of HTTP's, such as unix://.
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }

    /** The value of a metric without labels. */
    static OptionalDouble value(String page, String metric) {
        return page.lines()
                .filter(line -> line.startsWith(metric + " "))
                .mapToDouble(line -> Double.parseDouble(
                        line.substring(metric.length() + 1).strip().split(" ", -1)[0]))
                .findFirst();
    }

    @Override
    public void close() {
        client.close();
    }
}
