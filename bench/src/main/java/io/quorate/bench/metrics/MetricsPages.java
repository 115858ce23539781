package io.quorate.bench.metrics;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;

/** Asks members for their {@code /metrics}. For one thread; blocks as long as a member takes, two seconds each at most. */
public final class MetricsPages implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int OK = 200;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PATIENCE)
            .build();

    /**
     * A member's page.
     *
     * @param member where it serves its clients; only scheme, host and port count
     * @return empty if it does not answer, or with something else
     */
    public Optional<MetricsText> read(URI member) {
        try {
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create(member.getScheme() + "://" + member.getAuthority() + "/metrics"))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == OK ? Optional.of(new MetricsText(answer.body())) : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            // It does not answer, or its address is none of HTTP's, such as unix://.
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
