package io.quorate.cli.soak;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/** Requests to the JSON gateway that are malformed, too large, too deep, or left in the middle of a stream. */
final class GatewayAbuses {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final String KEY = base64("wrong/json");

    private static final List<String> MALFORMED = List.of(
            "{",
            "{]",
            "[]",
            "null",
            "nonsense",
            "{\"key\":\"Zm9v\"",
            "{\"key\":\"Zm9v\\u12",
            "{\"key\":\"Zm9v\"} more",
            "{'key':'Zm9v'}",
            "{\"key\":\"!!\"}",
            "{\"key\":5}",
            "{\"key\":\"Zm9v\",\"limit\":\"many\"}",
            "{\"key\":\"Zm9v\",\"limit\":9223372036854775808}",
            "{\"key\":\"Zm9v\",\"unknown\":\"\\ud83d\"}",
            "{\"unknown\":" + "[".repeat(5000) + "]".repeat(5000) + "}",
            "{\"success\":[{\"request_txn\":".repeat(5000) + "{}" + "}]}".repeat(5000));

    private final Access access;
    private final Ledger ledger;

    GatewayAbuses(Access access, Ledger ledger) {
        this.access = access;
        this.ledger = ledger;
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    List<Abuse> abuses() {
        return List.of(
                new Abuse("malformed JSON", this::sendMalformed),
                new Abuse("odd JSON", this::sendOdd),
                new Abuse("JSON over the limit", this::sendTooMuch),
                new Abuse("streams of the gateway left", this::leaveStreams));
    }

    /** What a request is answered: the status, and etcd's code and words if it is refused. */
    private String ask(int member, String path, String body, String token) throws IOException {
        try (Socket socket = open(member, path, body, token)) {
            byte[] answer = socket.getInputStream().readAllBytes();
            return describe(new String(answer, StandardCharsets.UTF_8));
        }
    }

    private String ask(int member, String path, String body) throws IOException {
        return ask(member, path, body, access.token().orElse(""));
    }

    private Socket open(int member, String path, String body, String token) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), access.port(member));
        socket.setSoTimeout(TIMEOUT_MILLIS);
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        String authorization = token.isEmpty() ? "" : "authorization: " + token + "\r\n";
        socket.getOutputStream()
                .write(("POST " + path + " HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n" + authorization
                                + "content-length: " + content.length + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(content);
        return socket;
    }

    private static String describe(String answer) {
        String[] head = answer.split(" ", 3);
        String status = head.length < 2 ? "no answer" : head[1];
        if (status.equals("200")) {
            return status;
        }
        int begin = answer.indexOf("{\"error\"");
        if (begin < 0) {
            return status + " " + answer.lines().reduce((first, last) -> last).orElse("");
        }
        JsonElement error = JsonParser.parseString(answer.substring(begin, answer.lastIndexOf('}') + 1));
        return status + " " + error.getAsJsonObject().get("code").getAsInt() + " "
                + error.getAsJsonObject().get("message").getAsString();
    }

    /** An answer whose words are the JSON parser's own: a status and a code. */
    private void expectBeginning(String what, String expected, String answer) {
        if (isPassing(answer)) {
            ledger.pass(what);
        } else {
            ledger.expect(what, expected, answer.substring(0, Math.min(expected.length(), answer.length())));
        }
    }

    private static boolean isPassing(String answer) {
        // A member that is killed answers nothing.
        return answer.startsWith("no answer")
                || answer.startsWith("503 ")
                || answer.startsWith("504 ")
                || Ledger.isPassing(answer);
    }

    private void sendMalformed(int member) throws IOException {
        for (String body : MALFORMED) {
            expectBeginning(
                    "malformed JSON",
                    "400 3 ",
                    ask(member, body.contains("request_txn") ? "/v3/kv/txn" : "/v3/kv/range", body));
        }
    }

    private void sendOdd(int member) throws IOException {
        String range = "{\"key\":\"" + KEY + "\"";
        expectBeginning(
                "unknown fields in JSON", "200", ask(member, "/v3/kv/range", range + ",\"unknown\":[1,{\"a\":null}]}"));
        expectBeginning("negative limit in JSON", "200", ask(member, "/v3/kv/range", range + ",\"limit\":-5}"));
        expectBeginning(
                "reversed range in JSON", "200", ask(member, "/v3/kv/range", range + ",\"range_end\":\"YQ==\"}"));
        expectBeginning(
                "no key in JSON",
                "400 3 etcdserver: key is not provided",
                ask(member, "/v3/kv/put", "{\"value\":\"YQ==\"}"));
        expectBeginning(
                "unknown lease kept alive in JSON", "200", ask(member, "/v3/lease/keepalive", "{\"ID\":\"-77\"}"));
        expectBeginning("page that there is not", "404", ask(member, "/v3/kv/steal", "{}"));
    }

    private void sendTooMuch(int member) throws IOException {
        String begin = "{\"key\":\"" + KEY + "\",\"value\":\"";
        expectBeginning(
                "JSON over the limit",
                "400 3 etcdserver: request is too large",
                ask(member, "/v3/kv/put", begin + base64("v".repeat(1536 << 10)) + "\"}"));
        expectBeginning(
                "JSON over gRPC's limit",
                "429 8 grpc: received message larger than max",
                ask(member, "/v3/kv/put", begin + base64("v".repeat(2 << 20)) + "\"}"));
    }

    /** Watches that are cut off while they stream, and half of a request. */
    private void leaveStreams(int member) throws IOException {
        for (int i = 0; i < 10; i++) {
            String watch = "{\"create_request\":{\"key\":\"" + base64("honest/") + "\",\"range_end\":\"AA==\"}}";
            try (Socket socket = open(member, "/v3/watch", watch, access.token().orElse(""))) {
                if (socket.getInputStream().read() < 0) {
                    ledger.pass("stream of the gateway left");
                }
                // With what is on its way unread, closing it resets the connection.
            }
        }
        ledger.count("stream of the gateway left", 10);
    }

    /** That a token is not taken. */
    void expectRefused(int member, String token) throws IOException {
        ledger.expect(
                "token of a deleted user in JSON",
                "401 16 etcdserver: invalid auth token",
                ask(member, "/v3/kv/range", "{\"key\":\"" + KEY + "\"}", token));
    }
}
