package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonSyntaxException;
import io.quorate.server.MemberServer;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate verify scrub}: has every member read all that it has on its disk, and tells what they found. */
@Command(
        name = "scrub",
        description = {
            "Has every member read its log, its snapshots and its state from the disk, and check them against their",
            "checksums and the digest of the state. The members go on serving; --scrub-rate of each bounds how fast it",
            "reads. What is found they mend by themselves.",
            "One endpoint that answers is enough: it names the others. Exits with 1 if a member found damage, or could",
            "not read everything."
        },
        footer = {"", "Example:", "  quorate verify scrub --endpoints 127.0.0.1:2379"})
final class VerifyScrubCommand implements Callable<Integer> {

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** One member's scrub: what its page told last, or why it told nothing. */
    private static final class Scrub {
        private final Member member;
        private Optional<JsonObject> status = Optional.empty();
        private String failure = "";

        Scrub(Member member) {
            this.member = member;
        }

        boolean isRunning() {
            return failure.isEmpty()
                    && status.isPresent()
                    && status.get().get("running").getAsBoolean();
        }

        JsonArray findings() {
            return status.map(told -> told.getAsJsonArray("findings")).orElseGet(JsonArray::new);
        }

        String whyIncomplete() {
            return failure.isEmpty()
                    ? status.map(told -> told.get("failure").getAsString()).orElse("")
                    : failure;
        }

        boolean isClean() {
            return findings().isEmpty() && whyIncomplete().isEmpty();
        }

        String progress() {
            long done = status.map(told -> told.get("done_bytes").getAsLong()).orElse(0L);
            long total = status.map(told -> told.get("total_bytes").getAsLong()).orElse(0L);
            String share = isRunning() ? (total == 0 ? 0 : 100 * done / total) + " %" : "done";
            return member.getName() + " " + share;
        }
    }

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private Optional<String> token = Optional.empty();

    @Override
    public Integer call() {
        MemberListResponse members;
        try (ClusterClient cluster = client.connect()) {
            members = ClientOptions.members(cluster);
            token = cluster.token();
        }
        List<Scrub> scrubs = new ArrayList<>();
        try (HttpClient http = client.http(client.endpointUrls())) {
            for (Member member : members.getMembersList()) {
                Scrub scrub = new Scrub(member);
                ask(http, scrub, "POST");
                scrubs.add(scrub);
            }
            follow(http, scrubs);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            printJson(out, scrubs);
        } else {
            scrubs.forEach(scrub -> print(out, scrub));
        }
        return scrubs.stream().allMatch(Scrub::isClean) ? ExitCode.OK : ExitCode.FAILED;
    }

    private void follow(HttpClient http, List<Scrub> scrubs) {
        long nextProgress = System.nanoTime() + PROGRESS_NANOS;
        while (scrubs.stream().anyMatch(Scrub::isRunning)) {
            LockSupport.parkNanos(POLL_NANOS);
            scrubs.stream().filter(Scrub::isRunning).forEach(scrub -> ask(http, scrub, "GET"));
            if (System.nanoTime() >= nextProgress) {
                nextProgress += PROGRESS_NANOS;
                spec.commandLine()
                        .getErr()
                        .println(scrubs.stream().map(Scrub::progress).collect(Collectors.joining(", ")));
            }
        }
    }

    private void ask(HttpClient http, Scrub scrub, String method) {
        if (scrub.member.getClientURLsCount() == 0) {
            scrub.failure = "it has not told the cluster its client URL yet";
            return;
        }
        URI endpoint = MemberUrls.parseList("the member's URL", scrub.member.getClientURLs(0))
                .getFirst();
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.resolve(MemberServer.SCRUB_PATH))
                .timeout(client.timeout)
                .method(method, BodyPublishers.noBody());
        token.ifPresent(known -> request.header("Authorization", known));
        try {
            HttpResponse<String> answer = http.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                boolean refused = answer.statusCode() == 401 || answer.statusCode() == 403;
                scrub.failure = refused
                        ? AskedCluster.WHO_ASKS + "; name one with --user ("
                                + answer.body().strip() + ")"
                        : "it answered with the HTTP status " + answer.statusCode();
                return;
            }
            scrub.status = Optional.of(JsonParser.parseString(answer.body()).getAsJsonObject());
        } catch (IOException e) {
            scrub.failure = "no answer";
        } catch (JsonSyntaxException | IllegalStateException e) {
            scrub.failure = "its answer makes no sense";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            scrub.failure = "interrupted";
        }
    }

    private static void print(PrintWriter out, Scrub scrub) {
        String name = scrub.member.getName();
        for (JsonElement element : scrub.findings()) {
            JsonObject finding = element.getAsJsonObject();
            String where = finding.get("file").getAsString()
                    + (finding.has("offset")
                            ? " at offset " + finding.get("offset").getAsLong()
                            : "");
            out.println(name + ": " + where + ": " + finding.get("what").getAsString() + "; "
                    + finding.get("remedy").getAsString());
        }
        if (!scrub.whyIncomplete().isEmpty()) {
            out.println(name + ": not everything was read: " + scrub.whyIncomplete());
        } else if (scrub.isClean()) {
            long bytes =
                    scrub.status.map(told -> told.get("done_bytes").getAsLong()).orElse(0L);
            out.println(name + ": all is well, " + bytes + " bytes were read");
        }
    }

    private static void printJson(PrintWriter out, List<Scrub> scrubs) {
        JsonArray members = new JsonArray();
        for (Scrub scrub : scrubs) {
            JsonObject member = new JsonObject();
            member.addProperty("name", scrub.member.getName());
            member.addProperty("member_id", JsonOutput.id(scrub.member.getID()));
            member.addProperty("clean", scrub.isClean());
            member.add("findings", scrub.findings());
            if (!scrub.whyIncomplete().isEmpty()) {
                member.addProperty("failure", scrub.whyIncomplete());
            }
            members.add(member);
        }
        JsonObject answer = new JsonObject();
        answer.add("members", members);
        JsonOutput.print(out, answer);
    }
}
