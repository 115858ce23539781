package io.quorate.cli;

import io.quorate.engine.tls.TlsFailure;
import io.quorate.server.MemberServer;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.ClusterReports.Clock;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.ReportJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.net.ssl.SSLException;

/**
 * Asks every member of a cluster for its report. A cluster without a leader is asked just so: one endpoint that answers is enough, it
 * names the others.
 */
final class AskedCluster implements AutoCloseable {

    /** A member, and where it is to be asked. */
    private record Target(String id, String name, List<String> clientUrls) {}

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;

    /** Stands in what is told of a member that wants to know who asks. */
    static final String WHO_ASKS = "the cluster asks for a user with the role root or operator";

    private final ClientOptions client;
    private final HttpClient http;
    private final TokenMemory tokens = new TokenMemory();
    private List<URI> knownUrls = List.of();

    AskedCluster(ClientOptions client) {
        this.client = client;
        this.http = client.http(client.endpointUrls());
    }

    /**
     * Asks all, at the same time, and once.
     *
     * @throws CommandFailed if nobody tells who the members are
     */
    static ClusterReports ask(ClientOptions client) {
        try (AskedCluster cluster = new AskedCluster(client)) {
            return cluster.ask();
        }
    }

    /** As {@link #ask(ClientOptions)}, where more is asked for afterwards. */
    ClusterReports ask() {
        try {
            return ask(members());
        } catch (CommandFailed e) {
            if (e.exitCode() == ExitCode.USAGE) {
                throw e;
            }
            // A member that is fenced, or mends its data, serves no such list, and still tells of itself.
            return askAll(membersOfAReport().orElseThrow(() -> e));
        }
    }

    /**
     * Who the members are, as the first endpoint that answers tells.
     *
     * @throws CommandFailed if none does
     */
    List<Member> members() {
        return members(false);
    }

    /** @param linearizable whether it must be the list of now, which takes a leader */
    List<Member> members(boolean linearizable) {
        MemberListRequest request =
                MemberListRequest.newBuilder().setLinearizable(linearizable).build();
        try (ClusterClient cluster = connect()) {
            List<Member> members = cluster.read((channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                            .withDeadline(deadline)
                            .memberList(request))
                    .getMembersList();
            knownUrls = members.stream()
                    .flatMap(member -> member.getClientURLsList().stream().limit(1))
                    .flatMap(url -> MemberUrls.parseList("the member's URL", url).stream())
                    .toList();
            return members;
        }
    }

    /** A client of the endpoints, and of the members that are known by now: whoever was named first may be gone. */
    ClusterClient connect() {
        Set<URI> urls = new LinkedHashSet<>(client.endpointUrls());
        urls.addAll(knownUrls);
        return client.connect(List.copyOf(urls), tokens);
    }

    /** Asks these, at the same time. */
    ClusterReports ask(List<Member> members) {
        return askAll(members.stream()
                .map(member -> new Target(JsonOutput.id(member.getID()), member.getName(), member.getClientURLsList()))
                .toList());
    }

    private ClusterReports askAll(List<Target> known) {
        List<Target> targets = withEndpoints(known);
        ClusterReports reports = askOnce(targets);
        boolean refused =
                reports.members().stream().anyMatch(asked -> asked.failure().contains(WHO_ASKS));
        if (!refused || tokens.known().isEmpty()) {
            return reports;
        }
        logInAnew();
        return askOnce(targets);
    }

    /**
     * One that waits to take part has told the cluster no URL yet. It may be at an endpoint that was named: there it can be asked what
     * it waits for.
     */
    private List<Target> withEndpoints(List<Target> known) {
        if (known.stream().noneMatch(target -> target.clientUrls().isEmpty())) {
            return known;
        }
        Map<String, String> endpoints = new HashMap<>();
        List<URI> named = client.endpointUrls();
        List<CompletableFuture<Asked>> asked = named.stream()
                .map(url -> ask(new Target("", "", List.of(url.toString()))))
                .toList();
        for (int i = 0; i < named.size(); i++) {
            String endpoint = named.get(i).toString();
            asked.get(i).join().report().ifPresent(report -> endpoints.put(report.memberId(), endpoint));
        }
        return known.stream()
                .map(target -> target.clientUrls().isEmpty() && endpoints.containsKey(target.id())
                        ? new Target(target.id(), target.name(), List.of(endpoints.get(target.id())))
                        : target)
                .toList();
    }

    /** A member that has restarted knows no token of before; one that is given now is known to all. */
    private void logInAnew() {
        tokens.remember(Optional.empty());
        members();
    }

    private ClusterReports askOnce(List<Target> targets) {
        List<CompletableFuture<Asked>> asked = targets.stream().map(this::ask).toList();
        return new ClusterReports(asked.stream()
                .map(CompletableFuture::join)
                .sorted(Comparator.comparing(Asked::id))
                .toList());
    }

    /**
     * What a page of a member answers, on behalf of whoever uses this command.
     *
     * @return empty if it does not answer
     */
    Optional<HttpResponse<String>> call(String method, URI page) {
        Optional<HttpResponse<String>> answer = callOnce(method, page);
        boolean refused =
                answer.filter(told -> told.statusCode() == UNAUTHORIZED).isPresent();
        if (!refused || tokens.known().isEmpty()) {
            return answer;
        }
        logInAnew();
        return callOnce(method, page);
    }

    private Optional<HttpResponse<String>> callOnce(String method, URI page) {
        HttpRequest asked =
                request(page).method(method, BodyPublishers.noBody()).build();
        return http.sendAsync(asked, BodyHandlers.ofString())
                .handle((answer, failure) ->
                        failure == null ? Optional.of(answer) : Optional.<HttpResponse<String>>empty())
                .join();
    }

    /** A request to a page of a member, on behalf of whoever uses this command. */
    HttpRequest.Builder request(URI page) {
        HttpRequest.Builder request = HttpRequest.newBuilder(page).timeout(client.timeout);
        tokens.known().ifPresent(known -> request.header("Authorization", known));
        return request;
    }

    HttpClient http() {
        return http;
    }

    @Override
    public void close() {
        http.close();
    }

    private Optional<List<Target>> membersOfAReport() {
        return client.endpointUrls().stream()
                .map(url -> ask(new Target("", "", List.of(url.toString()))).join())
                .flatMap(asked -> asked.report().stream())
                // A witness knows neither how the members are called nor where they serve.
                .filter(report -> !report.isWitness())
                .findFirst()
                .map(report -> report.members().stream()
                        .map(known -> new Target(known.memberId(), known.name(), known.clientUrls()))
                        .toList());
    }

    private CompletableFuture<Asked> ask(Target target) {
        if (target.clientUrls().isEmpty()) {
            return CompletableFuture.completedFuture(
                    silent(target, false, "it has not told the cluster its client URL yet"));
        }
        URI endpoint = MemberUrls.parseList(
                        "the member's URL", target.clientUrls().getFirst())
                .getFirst();
        HttpRequest.Builder request = request(endpoint.resolve(MemberServer.REPORT_PATH));
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
        if (cause instanceof SSLException) {
            return "TLS with it fails: " + TlsFailure.of(cause).sentence();
        }
        return cause instanceof IOException ? "it does not answer" : String.valueOf(cause.getMessage());
    }

    private static Asked answered(Target target, HttpResponse<String> answer, long beginMillis, long tookNanos) {
        int status = answer.statusCode();
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            return silent(
                    target,
                    true,
                    WHO_ASKS + "; name one with --user (" + answer.body().strip() + ")");
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
