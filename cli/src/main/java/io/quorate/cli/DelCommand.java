package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate del}: deletes keys. */
@Command(
        name = "del",
        description = "Deletes a key, or a range of keys, from a running cluster.",
        footer = {"", "Example:", "  quorate del --prefix app/ --prev-kv"})
final class DelCommand implements Callable<Integer> {

    @Mixin
    private final KeyRange range = new KeyRange();

    @Option(names = "--prev-kv", description = "Print what the deleted keys had.")
    private boolean prevKv;

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        DeleteRangeRequest request = DeleteRangeRequest.newBuilder()
                .setKey(range.start())
                .setRangeEnd(range.end())
                .setPrevKv(prevKv)
                .build();
        try (ClusterClient cluster = client.connect()) {
            DeleteRangeResponse response = cluster.write((channel, deadline) ->
                    KVGrpc.newBlockingStub(channel).withDeadline(deadline).deleteRange(request));
            print(spec.commandLine().getOut(), response);
        }
        return ExitCode.OK;
    }

    private void print(PrintWriter out, DeleteRangeResponse response) {
        if (client.json()) {
            JsonObject answer = JsonOutput.answer(response.getHeader());
            answer.addProperty("deleted", response.getDeleted());
            if (prevKv) {
                answer.add("prev_kvs", JsonOutput.keyValues(response.getPrevKvsList(), true));
            }
            JsonOutput.print(out, answer);
            return;
        }
        if (response.getPrevKvsCount() > 0) {
            KeyTable.of(response.getPrevKvsList(), true).print(out);
            out.println();
        }
        out.println(KeyTable.count(response.getDeleted()) + " deleted at revision "
                + response.getHeader().getRevision());
    }
}
