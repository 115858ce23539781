package io.quorate.cli;

import io.quorate.server.MemberServer;
import io.quorate.server.autopilot.AutopilotReport;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * What came of asking one member for its autopilot.
 *
 * @param report what it told, if it did
 * @param refused whether it tells that to others than whoever asks
 * @param failure why it told nothing; empty if it did
 */
record AskedAutopilot(Optional<AutopilotReport> report, boolean refused, String failure) {

    /** Asks the member with that client URL; what it is completed with says also that it does not answer. */
    static CompletableFuture<AskedAutopilot> ask(AskedCluster cluster, String clientUrl) {
        URI endpoint = MemberUrls.parseList("the member's URL", clientUrl).getFirst();
        return cluster.http()
                .sendAsync(
                        cluster.request(endpoint.resolve(MemberServer.AUTOPILOT_PATH))
                                .build(),
                        BodyHandlers.ofString())
                .handle((answer, failure) -> failure == null ? answered(answer) : silent("it does not answer"));
    }

    private static AskedAutopilot answered(HttpResponse<String> answer) {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            return new AskedAutopilot(
                    Optional.empty(),
                    true,
                    AskedCluster.WHO_ASKS + "; name one with --user ("
                            + answer.body().strip() + ")");
        }
        if (status != 200) {
            return silent("it answered with the HTTP status " + status + "; it may be of another release");
        }
        try {
            return new AskedAutopilot(Optional.of(AutopilotReport.ofJson(answer.body())), false, "");
        } catch (IllegalArgumentException e) {
            return silent("its answer makes no sense; it may be of another release");
        }
    }

    private static AskedAutopilot silent(String failure) {
        return new AskedAutopilot(Optional.empty(), false, failure);
    }
}
