package io.quorate.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.quorate.server.Release;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.CompareStatesRequest;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.MemberReport;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks at a cluster, again and again, as an operation does that goes on in it. For one thread. */
final class ClusterSight implements AutoCloseable {

    /** Members that are well report within some heartbeats. */
    private static final long SHORT_WAIT_MILLIS = 1_500;

    private final ClientOptions client;
    private final AskedCluster cluster;

    /** Whose steps the changes are that are asked for from here. */
    private Optional<Long> operation = Optional.empty();

    /** What was seen at about one moment. */
    record Seen(List<Member> members, ClusterReports reports, ClusterHealth health) {

        Seen {
            members = List.copyOf(members);
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
                        .filter(member -> JsonOutput.id(member.getID()).equalsIgnoreCase(text))
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
            String id = JsonOutput.id(member.getID());
            return member.getName().isEmpty() ? id : member.getName() + " (" + id + ")";
        }
    }

    ClusterSight(ClientOptions client) {
        this.client = client;
        this.cluster = new AskedCluster(client);
    }

    ClientOptions client() {
        return client;
    }

    /** From now on all changes are asked for as steps of an operation, and refused once that has lost its place. */
    void actAs(long number) {
        operation = Optional.of(number);
    }

    Optional<Long> operation() {
        return operation;
    }

    /**
     * Looks now.
     *
     * @throws CommandFailed if no endpoint answers, or members tell nothing to whoever asks
     */
    Seen look() {
        return look(cluster.members());
    }

    /** As {@link #look}, with the members of now and not only as one of them knows them: that takes a leader. */
    Seen lookCertainly() {
        return look(cluster.members(true));
    }

    /** A client of any member that serves. */
    ClusterClient connect() {
        return cluster.connect();
    }

    /**
     * Has the members' states compared.
     *
     * @param allAnswer whether all members answer: whoever does not is not worth waiting for
     * @throws CommandFailed if nobody leads
     */
    CompareStatesResponse compareStates(boolean allAnswer) {
        // The round before is waited for half as long besides, which must come to less than the timeout.
        long patienceMillis = client.timeout.toMillis() / 2;
        CompareStatesRequest request = CompareStatesRequest.newBuilder()
                .setWaitMillis(allAnswer ? patienceMillis : Math.min(patienceMillis, SHORT_WAIT_MILLIS))
                .build();
        try (ClusterClient connected = connect()) {
            return connected.read((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).compareStates(request));
        }
    }

    private Seen look(List<Member> members) {
        ClusterReports reports = cluster.ask(members);
        reports.members().stream()
                .map(ClusterReports.Asked::failure)
                .filter(failure -> failure.contains(AskedCluster.WHO_ASKS))
                .findFirst()
                .ifPresent(failure -> {
                    throw new CommandFailed(ExitCode.FAILED, failure);
                });
        List<MemberHealth> health = new ArrayList<>();
        for (Member member : members) {
            health.add(new MemberHealth(
                    member.getID(),
                    member.getName(),
                    member.getIsLearner(),
                    member.getIsWitness(),
                    reports.report(JsonOutput.id(member.getID())).map(ClusterSight::told)));
        }
        return new Seen(members, reports, new ClusterHealth(health));
    }

    private static MemberHealth.Told told(MemberReport report) {
        Map<Long, Long> matches = report.followers().stream()
                .collect(Collectors.toMap(follower -> id(follower.memberId()), MemberReport.Follower::matchIndex));
        String unsound = unsound(report);
        return new MemberHealth.Told(
                report.leaderId().map(ClusterSight::id),
                report.term(),
                report.lastIndex(),
                report.commitIndex(),
                report.appliedIndex(),
                unsound.isEmpty(),
                unsound,
                report.alarms().stream().map(MemberReport.Alarm::type).toList(),
                report.disk().map(MemberReport.Disk::usableBytes).orElse(0L),
                report.disk().map(MemberReport.Disk::totalBytes).orElse(0L),
                release(report),
                report.isJoint(),
                matches);
    }

    /** Of members that were all built without a release nobody knows whether they are of the same. */
    static String release(MemberReport report) {
        return report.release()
                .filter(release -> !release.equals(Release.UNKNOWN))
                .orElse("");
    }

    private static String unsound(MemberReport report) {
        if (report.stopped().isPresent()) {
            return "has stopped: " + report.stopped().get();
        }
        if (report.fenced()) {
            return "has a state that differs from the others'";
        }
        if (report.stateMissing()) {
            return "has lost its state and fetches it";
        }
        return report.votingSuspended() ? "has lost a part of its log and fetches it" : "";
    }

    static long id(String text) {
        return Long.parseUnsignedLong(text, 16);
    }

    /** What a page of a member tells; empty if it does not answer, or not with what it should. */
    Optional<JsonObject> get(URI page) {
        return cluster.call("GET", page).flatMap(ClusterSight::read);
    }

    /**
     * Asks a member for what its page does.
     *
     * @throws CommandFailed if it does not answer that it does
     */
    JsonObject post(URI page) {
        HttpResponse<String> answer = cluster.call("POST", page)
                .orElseThrow(() -> new CommandFailed(ExitCode.FAILED, "no answer from " + page.getAuthority()));
        return read(answer)
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FAILED,
                        page.getAuthority() + " refused: " + answer.body().strip()));
    }

    private static Optional<JsonObject> read(HttpResponse<String> answer) {
        if (answer.statusCode() != 200) {
            return Optional.empty();
        }
        try {
            return Optional.of(JsonParser.parseString(answer.body()).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        cluster.close();
    }
}
