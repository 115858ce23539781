package io.quorate.bench.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is made of members that answer, and of those that do not. */
@Timeout(30)
class MetricsPagesTest {

    private static final byte[] PAGE = "x 1\n".getBytes(StandardCharsets.UTF_8);

    private static HttpServer serve(HttpHandler handler) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", handler);
        server.start();
        return server;
    }

    private static URI at(HttpServer server) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Test
    void aMemberThatStopsInTheMiddleOfItsPageIsGivenUpAndTheOthersAreHeard() throws IOException {
        HttpServer stops = serve(call -> {
            call.sendResponseHeaders(200, 2L * PAGE.length);
            call.getResponseBody().write(PAGE);
            call.getResponseBody().flush();
        });
        HttpServer answers = serve(call -> {
            call.sendResponseHeaders(200, PAGE.length);
            call.getResponseBody().write(PAGE);
            call.close();
        });
        try (MetricsPages pages = new MetricsPages()) {
            Map<URI, MetricsText> told = pages.read(List.of(at(stops), at(answers), URI.create("unix://localhost:1")));

            assertThat(told).containsOnlyKeys(at(answers));
            assertThat(told.values())
                    .allSatisfy(page -> assertThat(page.value("x", Map.of())).hasValue(1));
        } finally {
            stops.stop(0);
            answers.stop(0);
        }
    }
}
