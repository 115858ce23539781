package io.quorate.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;

/** A client of one member's JSON gateway, over real sockets. Thread-safe. */
public final class GatewayClient implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final InetSocketAddress address;

    public GatewayClient(InetSocketAddress address) {
        this.address = address;
    }

    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(String base64) {
        return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + address.getPort() + path))
                .timeout(PATIENCE);
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> post(String path, byte[] body) throws IOException, InterruptedException {
        return send(request(path).POST(BodyPublishers.ofByteArray(body)));
    }

    /** What a request that succeeds answers. */
    JsonObject ask(String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = post(path, body);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        return JsonParser.parseString(answer.body()).getAsJsonObject();
    }

    Stream open(String path, String body) throws IOException, InterruptedException {
        HttpResponse<InputStream> answer =
                http.send(request(path).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        return new Stream(new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    /** An answer of many lines, of which the next may not be there yet. */
    record Stream(BufferedReader lines) implements AutoCloseable {

        /** The next message, once it is there. */
        JsonObject next() throws IOException {
            String line = lines.readLine();
            assertThat(line).as("one more line of the stream").isNotNull();
            JsonObject result = JsonParser.parseString(line).getAsJsonObject().getAsJsonObject("result");
            assertThat(result).as(line).isNotNull();
            return result;
        }

        /** The last line, which tells why the stream ends. */
        JsonObject error() throws IOException {
            JsonObject error =
                    JsonParser.parseString(lines.readLine()).getAsJsonObject().getAsJsonObject("error");
            assertThat(lines.readLine()).isNull();
            return error;
        }

        boolean hasEnded() throws IOException {
            return lines.readLine() == null;
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }
}
