package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.grpc.Channel;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.managerpb.DescribeMembersRequest;
import io.quorate.server.proto.managerpb.DescribedMember;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate members list}: who the members are. */
@Command(
        name = "list",
        description = {
            "Says who the members are, which of them vote, by which priority they lead (0: never), and where",
            "they are reached; 'quorate status' says how they are.",
            "The answer is linearizable: it takes a leader."
        },
        footer = {"", "Example:", "  quorate members list"})
final class MembersListCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        MemberListResponse response;
        Map<Long, Integer> priorities;
        try (ClusterClient cluster = client.connect()) {
            response = cluster.read((channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build()));
            priorities = cluster.read(MembersListCommand::priorities);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, json(response, priorities));
        } else {
            table(response, priorities).print(out);
        }
        return ExitCode.OK;
    }

    /** By the members' ids; of none if whoever is asked is of a release, or another program, that knows nothing of them. */
    private static Map<Long, Integer> priorities(Channel channel, Deadline deadline) {
        try {
            return ManagerGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .describeMembers(DescribeMembersRequest.getDefaultInstance())
                    .getMembersList()
                    .stream()
                    .collect(Collectors.toMap(DescribedMember::getId, DescribedMember::getPriority));
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() == Status.Code.UNIMPLEMENTED) {
                return Map.of();
            }
            throw e;
        }
    }

    private static Table table(MemberListResponse response, Map<Long, Integer> priorities) {
        Table table = new Table("NAME", "ID", "ROLE", "PRIORITY", "PEERS", "CLIENTS");
        for (Member member : response.getMembersList()) {
            table.add(
                    member.getName().isEmpty() ? "(never started)" : member.getName(),
                    JsonOutput.id(member.getID()),
                    role(member),
                    Optional.ofNullable(priorities.get(member.getID()))
                            .map(priority -> Integer.toString(priority))
                            .orElse("?"),
                    String.join(",", member.getPeerURLsList()),
                    String.join(",", member.getClientURLsList()));
        }
        return table;
    }

    private static String role(Member member) {
        String role = member.getIsLearner() ? "learner" : "voter";
        return member.getIsWitness() ? role + ", witness" : role;
    }

    private static JsonObject json(MemberListResponse response, Map<Long, Integer> priorities) {
        JsonArray members = new JsonArray();
        for (Member member : response.getMembersList()) {
            JsonObject told = new JsonObject();
            told.addProperty("name", member.getName());
            told.addProperty("member_id", JsonOutput.id(member.getID()));
            told.addProperty("role", member.getIsLearner() ? "learner" : "voter");
            Optional.ofNullable(priorities.get(member.getID()))
                    .ifPresent(priority -> told.addProperty("priority", priority));
            if (member.getIsWitness()) {
                told.addProperty("witness", true);
            }
            JsonArray peers = new JsonArray();
            member.getPeerURLsList().forEach(peers::add);
            told.add("peer_urls", peers);
            JsonArray clients = new JsonArray();
            member.getClientURLsList().forEach(clients::add);
            told.add("client_urls", clients);
            members.add(told);
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("cluster_id", JsonOutput.id(response.getHeader().getClusterId()));
        answer.add("members", members);
        return answer;
    }
}
