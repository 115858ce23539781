package io.quorate.cli;

import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate put}: writes a key. */
@Command(
        name = "put",
        description = "Writes a key to a running cluster.",
        footer = {"", "Example:", "  quorate put greeting 'hello, world'"})
final class PutCommand implements Callable<Integer> {

    private final InputStream in;

    @Parameters(index = "0", paramLabel = "<key>", description = "The key.")
    private String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "<value>",
            description = {
                "The value; without it, everything from standard input, unchanged.",
                "A value that begins with '-' goes behind '--'."
            })
    private Optional<String> value = Optional.empty();

    @Option(names = "--prev-kv", description = "Print what the key had before.")
    private boolean prevKv;

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    PutCommand(InputStream in) {
        this.in = in;
    }

    @Override
    public Integer call() throws IOException {
        PutRequest request = PutRequest.newBuilder()
                .setKey(KeyText.bytes("the key", key))
                .setValue(value.isPresent() ? KeyText.bytes("the value", value.get()) : ByteString.readFrom(in))
                .setPrevKv(prevKv)
                .build();
        try (ClusterClient cluster = client.connect()) {
            PutResponse response = cluster.write((channel, deadline) ->
                    KVGrpc.newBlockingStub(channel).withDeadline(deadline).put(request));
            print(spec.commandLine().getOut(), response);
        }
        return ExitCode.OK;
    }

    private void print(PrintWriter out, PutResponse response) {
        List<KeyValue> previous = response.hasPrevKv() ? List.of(response.getPrevKv()) : List.of();
        if (client.json()) {
            JsonObject answer = JsonOutput.answer(response.getHeader());
            if (prevKv) {
                answer.add("prev_kvs", JsonOutput.keyValues(previous, true));
            }
            JsonOutput.print(out, answer);
            return;
        }
        if (!previous.isEmpty()) {
            KeyTable.of(previous, true).print(out);
            out.println();
        }
        out.println("written at revision " + response.getHeader().getRevision());
    }
}
