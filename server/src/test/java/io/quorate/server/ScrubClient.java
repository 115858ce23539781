package io.quorate.server;

import static io.quorate.server.TestCluster.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;

/** Has members read through what they have on disk. */
final class ScrubClient implements AutoCloseable {

    private final HttpClient http = HttpClient.newHttpClient();

    /** Has a member read everything. Returns what it tells of that in the end. */
    String scrub(MemberServer member) {
        page(member, "POST");
        await(() -> page(member, "GET").contains("\"running\":false"), "the scrub has ended");
        return page(member, "GET");
    }

    private String page(MemberServer member, String method) {
        InetSocketAddress address = member.clientAddresses().getFirst();
        URI page = URI.create("http://" + address.getHostString() + ":" + address.getPort() + MemberServer.SCRUB_PATH);
        try {
            return http.send(
                            HttpRequest.newBuilder(page)
                                    .method(method, BodyPublishers.noBody())
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
