package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate members list}: who the members are. */
@Command(
        name = "list",
        description = {
            "Says who the members are, which of them vote, and where they are reached; 'quorate status' says how they are.",
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
        try (ClusterClient cluster = client.connect()) {
            response = cluster.read((channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build()));
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, json(response));
        } else {
            table(response).print(out);
        }
        return ExitCode.OK;
    }

    private static Table table(MemberListResponse response) {
        Table table = new Table("NAME", "ID", "ROLE", "PEERS", "CLIENTS");
        for (Member member : response.getMembersList()) {
            table.add(
                    member.getName().isEmpty() ? "(never started)" : member.getName(),
                    JsonOutput.id(member.getID()),
                    role(member),
                    String.join(",", member.getPeerURLsList()),
                    String.join(",", member.getClientURLsList()));
        }
        return table;
    }

    private static String role(Member member) {
        String role = member.getIsLearner() ? "learner" : "voter";
        return member.getIsWitness() ? role + ", witness" : role;
    }

    private static JsonObject json(MemberListResponse response) {
        JsonArray members = new JsonArray();
        for (Member member : response.getMembersList()) {
            JsonObject told = new JsonObject();
            told.addProperty("name", member.getName());
            told.addProperty("member_id", JsonOutput.id(member.getID()));
            told.addProperty("role", member.getIsLearner() ? "learner" : "voter");
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
