package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortOrder;
import io.quorate.server.proto.etcdserverpb.RangeRequest.SortTarget;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate get}: reads keys. */
@Command(
        name = "get",
        description = "Reads a key, or a range of keys, from a running cluster.",
        footer = {"", "Example:", "  quorate get --prefix app/ --limit 10"})
final class GetCommand implements Callable<Integer> {

    /** Whether an answer takes every write into account that was confirmed before, in etcd's one-letter words. */
    enum Consistency {
        l,
        s
    }

    /** What to sort by, in etcdctl's words. */
    enum SortBy {
        key(SortTarget.KEY),
        version(SortTarget.VERSION),
        create(SortTarget.CREATE),
        modify(SortTarget.MOD),
        value(SortTarget.VALUE);

        private final SortTarget target;

        SortBy(SortTarget target) {
            this.target = target;
        }
    }

    /** In which order to sort, in etcdctl's words. */
    enum Order {
        ascend(SortOrder.ASCEND),
        descend(SortOrder.DESCEND);

        private final SortOrder sortOrder;

        Order(SortOrder sortOrder) {
            this.sortOrder = sortOrder;
        }
    }

    @Mixin
    private final KeyRange range = new KeyRange();

    @Option(names = "--rev", paramLabel = "<revision>", description = "Read as of this revision. Default: the newest")
    private long revision;

    @Option(names = "--limit", paramLabel = "<n>", description = "At most this many keys. Default: all")
    private long limit;

    @Option(names = "--keys-only", description = "Leave the values out.")
    private boolean keysOnly;

    @Option(names = "--count-only", description = "Only count the keys.")
    private boolean countOnly;

    @Option(
            names = "--consistency",
            paramLabel = "l|s",
            description =
                    "l: linearizable, no confirmed write is missing. s: serializable, what the member asked knows,"
                            + " even while there is no leader. Default: l")
    private Consistency consistency = Consistency.l;

    @Option(
            names = "--sort-by",
            paramLabel = "<field>",
            description = "key, version, create, modify or value. Default: key")
    private SortBy sortBy = SortBy.key;

    @Option(names = "--order", paramLabel = "<order>", description = "ascend or descend. Default: ascend")
    private Order order = Order.ascend;

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        RangeRequest request = request();
        try (ClusterClient cluster = client.connect()) {
            RangeResponse response = cluster.read((channel, deadline) ->
                    KVGrpc.newBlockingStub(channel).withDeadline(deadline).range(request));
            print(spec.commandLine().getOut(), response);
        }
        return ExitCode.OK;
    }

    private RangeRequest request() {
        if (limit < 0) {
            throw CommandFailed.usage("--limit is " + limit + "; give 0 for all keys, or a number above");
        }
        if (revision < 0) {
            throw CommandFailed.usage("--rev is " + revision + "; give 0 for the newest revision, or a number above");
        }
        // Keys come in ascending order unasked, and a member need not sort them then.
        boolean natural = sortBy == SortBy.key && order == Order.ascend;
        return RangeRequest.newBuilder()
                .setKey(range.start())
                .setRangeEnd(range.end())
                .setRevision(revision)
                .setLimit(limit)
                .setKeysOnly(keysOnly)
                .setCountOnly(countOnly)
                .setSerializable(consistency == Consistency.s)
                .setSortTarget(sortBy.target)
                .setSortOrder(natural ? SortOrder.NONE : order.sortOrder)
                .build();
    }

    private void print(PrintWriter out, RangeResponse response) {
        if (client.json()) {
            JsonObject answer = JsonOutput.answer(response.getHeader());
            answer.addProperty("count", response.getCount());
            answer.addProperty("more", response.getMore());
            answer.add("kvs", JsonOutput.keyValues(response.getKvsList(), !keysOnly));
            JsonOutput.print(out, answer);
            return;
        }
        if (response.getKvsCount() > 0) {
            KeyTable.of(response.getKvsList(), !keysOnly).print(out);
            out.println();
        }
        String shown = response.getMore() ? response.getKvsCount() + " of " : "";
        out.println(shown + KeyTable.count(response.getCount()) + " at revision "
                + (revision > 0 ? revision : response.getHeader().getRevision()));
    }
}
