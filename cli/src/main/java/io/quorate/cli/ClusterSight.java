package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.quorate.server.MemberServer;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.proto.etcdserverpb.Member;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Looks at a cluster: asks one member who the members are, and each of them how it is. For one thread. */
final class ClusterSight implements AutoCloseable {

    private final ClientOptions client;
    private final HttpClient http;
    private Optional<String> token = Optional.empty();

    /**
     * What was seen.
     *
     * @param reports what the members' pages tell, by id; without those that do not answer
     */
    record Seen(List<Member> members, Map<Long, JsonObject> reports, ClusterHealth health) {

        Seen {
            members = List.copyOf(members);
            reports = Map.copyOf(reports);
        }

        /** Where a member serves clients, if it has told. */
        Optional<URI> endpoint(long id) {
            return members.stream()
                    .filter(member -> member.getID() == id && member.getClientURLsCount() > 0)
                    .findFirst()
                    .map(member -> MemberUrls.parseList("the member's URL", member.getClientURLs(0))
                            .getFirst());
        }

        /** The one member by that name, or by that id in hexadecimal digits. */
        Member named(String text) {
            List<Member> found = members.stream()
                    .filter(member -> member.getName().equals(text))
                    .toList();
            if (found.isEmpty()) {
                found = members.stream()
                        .filter(member -> Long.toHexString(member.getID()).equalsIgnoreCase(text))
                        .toList();
            }
            if (found.size() == 1) {
                return found.getFirst();
            }
            String labels = String.join(", ", members.stream().map(Seen::label).toList());
            throw CommandFailed.usage(
                    found.isEmpty()
                            ? "there is no member \"" + text + "\"; there are " + labels
                            : found.size() + " members have the name \"" + text + "\"; give an id: " + labels);
        }

        private static String label(Member member) {
            String id = Long.toHexString(member.getID());
            return member.getName().isEmpty() ? id : member.getName() + " (" + id + ")";
        }
    }

    ClusterSight(ClientOptions client) {
        this.client = client;
        this.http = HttpClient.newBuilder().connectTimeout(client.timeout).build();
    }

    ClientOptions client() {
        return client;
    }

    /**
     * Looks now.
     *
     * @throws CommandFailed if no endpoint answers, or members tell nothing to whoever asks
     */
    Seen look() {
        List<Member> members;
        try (ClusterClient cluster = client.connect()) {
            members = ClientOptions.members(cluster).getMembersList();
            token = cluster.token().or(() -> token);
        }
        Map<Long, CompletableFuture<Optional<JsonObject>>> asked = new HashMap<>();
        members.forEach(member -> asked.put(member.getID(), ask(member)));
        Map<Long, JsonObject> reports = new HashMap<>();
        asked.forEach((id, answer) -> joined(answer).ifPresent(report -> reports.put(id, report)));
        List<MemberHealth> health = new ArrayList<>();
        for (Member member : members) {
            health.add(new MemberHealth(
                    member.getID(),
                    member.getName(),
                    member.getIsLearner(),
                    Optional.ofNullable(reports.get(member.getID())).map(ClusterSight::told)));
        }
        return new Seen(members, reports, new ClusterHealth(health));
    }

    private CompletableFuture<Optional<JsonObject>> ask(Member member) {
        if (member.getClientURLsCount() == 0) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        URI endpoint = MemberUrls.parseList("the member's URL", member.getClientURLs(0))
                .getFirst();
        return send("GET", endpoint.resolve(MemberServer.REPORT_PATH));
    }

    private CompletableFuture<Optional<JsonObject>> send(String method, URI page) {
        HttpRequest.Builder request = HttpRequest.newBuilder(page)
                .timeout(client.timeout)
                .method(method, HttpRequest.BodyPublishers.noBody());
        token.ifPresent(known -> request.header("Authorization", known));
        return http.sendAsync(request.build(), BodyHandlers.ofString())
                .handle((answer, failure) -> failure == null ? read(answer) : Optional.empty());
    }

    /** What a page of a member tells; empty if it does not answer, or not with what it should. */
    Optional<JsonObject> get(URI page) {
        return joined(send("GET", page));
    }

    /**
     * Asks a member for what its page does.
     *
     * @throws CommandFailed if it does not answer that it does
     */
    JsonObject post(URI page) {
        HttpRequest.Builder request = HttpRequest.newBuilder(page)
                .timeout(client.timeout)
                .POST(HttpRequest.BodyPublishers.noBody());
        token.ifPresent(known -> request.header("Authorization", known));
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            return read(answer)
                    .orElseThrow(() -> new CommandFailed(
                            ExitCode.FAILED,
                            page.getAuthority() + " refused: " + answer.body().strip()));
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "no answer from " + page.getAuthority(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailed(ExitCode.FAILED, "interrupted", e);
        }
    }

    private static <T> T joined(CompletableFuture<T> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CommandFailed failed ? failed : e;
        }
    }

    /** A member that answers something else than its report is as good as one that does not answer. */
    private static Optional<JsonObject> read(HttpResponse<String> answer) {
        if (answer.statusCode() == 401 || answer.statusCode() == 403) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the cluster asks for a user that administers; name one with --user ("
                            + answer.body().strip() + ")");
        }
        if (answer.statusCode() != 200) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonParser.parseString(answer.body()).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private static MemberHealth.Told told(JsonObject report) {
        Map<Long, Long> matches = new HashMap<>();
        for (JsonElement follower : array(report, "followers")) {
            JsonObject seen = follower.getAsJsonObject();
            matches.put(id(seen, "member_id"), seen.get("match_index").getAsLong());
        }
        List<String> alarms = new ArrayList<>();
        array(report, "alarms").forEach(alarm -> alarms.add(alarm.getAsString()));
        String unsound = unsound(report);
        JsonObject disk = report.has("disk") ? report.getAsJsonObject("disk") : new JsonObject();
        return new MemberHealth.Told(
                report.has("leader_id") ? Optional.of(id(report, "leader_id")) : Optional.empty(),
                report.get("term").getAsLong(),
                report.get("last_index").getAsLong(),
                report.get("commit_index").getAsLong(),
                report.get("applied_index").getAsLong(),
                unsound.isEmpty(),
                unsound,
                alarms,
                disk.has("usable_bytes") ? disk.get("usable_bytes").getAsLong() : 0,
                disk.has("total_bytes") ? disk.get("total_bytes").getAsLong() : 0,
                report.get("version").getAsString(),
                !array(report, "outgoing_voters").isEmpty(),
                matches);
    }

    private static JsonArray array(JsonObject object, String name) {
        return object.has(name) ? object.getAsJsonArray(name) : new JsonArray();
    }

    private static String unsound(JsonObject report) {
        if (report.get("fenced").getAsBoolean()) {
            return "has a state that differs from the others'";
        }
        if (report.get("state_missing").getAsBoolean()) {
            return "has lost its state and fetches it";
        }
        return report.get("voting_suspended").getAsBoolean() ? "has lost a part of its log and fetches it" : "";
    }

    static long id(JsonObject object, String name) {
        return Long.parseUnsignedLong(object.get(name).getAsString(), 16);
    }

    @Override
    public void close() {
        http.close();
    }
}
