package io.quorate.bench.metrics;

import io.quorate.engine.tls.TlsParty;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Asks members for their {@code /metrics}, all at once. For one thread; blocks as long as the slowest takes, two seconds at most.
 */
public final class MetricsPages implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int OK = 200;

    private final HttpClient client;

    /** Of members that are asked in plain text. */
    public MetricsPages() {
        this(Optional.empty());
    }

    /** @param tls by which members are asked that have {@code https} URLs */
    public MetricsPages(Optional<TlsParty> tls) {
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE);
        tls.ifPresent(party -> builder.sslContext(party.sockets()).sslParameters(party.socketParameters()));
        client = builder.build();
    }

    /**
     * The members' pages.
     *
     * @param members where they serve their clients; only scheme, host and port count
     * @return in their order; without those that do not answer, or not to the end, or with something else
     */
    public Map<URI, MetricsText> read(Collection<URI> members) {
        long endNanos = System.nanoTime() + PATIENCE.toNanos();
        Map<URI, CompletableFuture<HttpResponse<String>>> asked = new LinkedHashMap<>();
        members.forEach(member -> ask(member).ifPresent(answer -> asked.put(member, answer)));
        Map<URI, MetricsText> told = new LinkedHashMap<>();
        asked.forEach((member, answer) -> await(answer, endNanos).ifPresent(page -> told.put(member, page)));
        return told;
    }

    private Optional<CompletableFuture<HttpResponse<String>>> ask(URI member) {
        try {
            URI page = URI.create(member.getScheme() + "://" + member.getAuthority() + "/metrics");
            return Optional.of(
                    client.sendAsync(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString()));
        } catch (IllegalArgumentException e) {
            // Its address is none of HTTP's, such as unix://.
            return Optional.empty();
        }
    }

    /** A request's own timeout would be over when the page begins, and a member may stop in the middle of it. */
    private static Optional<MetricsText> await(CompletableFuture<HttpResponse<String>> asked, long endNanos) {
        try {
            HttpResponse<String> answer = asked.get(Math.max(0, endNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
            return answer.statusCode() == OK ? Optional.of(new MetricsText(answer.body())) : Optional.empty();
        } catch (ExecutionException | TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            asked.cancel(true);
        }
    }

    /** Does not wait for a page that was given up. */
    @Override
    public void close() {
        client.shutdownNow();
    }
}
