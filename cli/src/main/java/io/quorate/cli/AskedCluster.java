package io.quorate.cli;

import io.quorate.server.MemberServer;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.ClusterReports.Clock;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.ReportJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks every member of a cluster for its report. A cluster without a leader is asked just so: one endpoint that answers is enough, it
 * names the others.
 */
final class AskedCluster {

    /** A member, and where it is to be asked. */
    private record Target(String id, String name, List<String> clientUrls) {}

    private final ClientOptions client;
    private Optional<String> token = Optional.empty();

    private AskedCluster(ClientOptions client) {
        this.client = client;
    }

    /**
     * Asks all, at the same time.
     *
     * @throws CommandFailed if nobody tells who the members are
     */
    static ClusterReports ask(ClientOptions client) {
        return new AskedCluster(client).ask();
    }

    private ClusterReports ask() {
        try (HttpClient http =
                HttpClient.newBuilder().connectTimeout(client.timeout).build()) {
            List<CompletableFuture<Asked>> asked =
                    members(http).stream().map(target -> ask(http, target)).toList();
            return new ClusterReports(asked.stream()
                    .map(CompletableFuture::join)
                    .sorted(Comparator.comparing(Asked::id))
                    .toList());
        }
    }

    private List<Target> members(HttpClient http) {
        try (ClusterClient cluster = client.connect()) {
            MemberListResponse members = ClientOptions.members(cluster);
            token = cluster.token();
            return members.getMembersList().stream()
                    .map(member ->
                            new Target(JsonOutput.id(member.getID()), member.getName(), member.getClientURLsList()))
                    .toList();
        } catch (CommandFailed e) {
            if (e.exitCode() == ExitCode.USAGE) {
                throw e;
            }
            // A member that is fenced, or mends its data, serves no such list, and still tells of itself.
            return membersOfAReport(http).orElseThrow(() -> e);
        }
    }

    private Optional<List<Target>> membersOfAReport(HttpClient http) {
        return client.endpointUrls().stream()
                .map(url ->
                        ask(http, new Target("", "", List.of(url.toString()))).join())
                .flatMap(asked -> asked.report().stream())
                .findFirst()
                .map(report -> report.members().stream()
                        .map(known -> new Target(known.memberId(), known.name(), known.clientUrls()))
                        .toList());
    }

    private CompletableFuture<Asked> ask(HttpClient http, Target target) {
        if (target.clientUrls().isEmpty()) {
            return CompletableFuture.completedFuture(
                    silent(target, false, "it has not told the cluster its client URL yet"));
        }
        URI endpoint = MemberUrls.parseList(
                        "the member's URL", target.clientUrls().getFirst())
                .getFirst();
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.resolve(MemberServer.REPORT_PATH))
                .timeout(client.timeout);
        token.ifPresent(known -> request.header("Authorization", known));
        long beginNanos = System.nanoTime();
        long beginMillis = System.currentTimeMillis();
        return http.sendAsync(request.build(), BodyHandlers.ofString())
                .thenApply(answer -> answered(target, answer, beginMillis, System.nanoTime() - beginNanos))
                .exceptionally(failure -> silent(target, false, reason(failure)));
    }

    private static Asked silent(Target target, boolean answers, String failure) {
        return Asked.silent(target.id(), target.name(), answers, failure);
    }

    private static String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof IOException ? "it does not answer" : String.valueOf(cause.getMessage());
    }

    private static Asked answered(Target target, HttpResponse<String> answer, long beginMillis, long tookNanos) {
        int status = answer.statusCode();
        if (status == 401 || status == 403) {
            return silent(
                    target,
                    true,
                    "the cluster asks for a user that administers; name one with --user ("
                            + answer.body().strip() + ")");
        }
        if (status != 200) {
            return silent(target, true, "it answered with the HTTP status " + status);
        }
        try {
            MemberReport report = ReportJson.read(answer.body());
            // It told its time somewhere between the question and the answer.
            long halfMillis = tookNanos / 2_000_000;
            Clock clock = new Clock(report.timeMillis() - beginMillis - halfMillis, halfMillis + 1);
            return Asked.told(report, clock);
        } catch (IllegalArgumentException e) {
            return silent(target, true, "its answer makes no sense; it may be of another release");
        }
    }
}
