package io.quorate.simulator.history;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Writes a history as lines of JSON, in the format of docs/history-format.md. */
public final class HistoryWriter {

    private static final Gson GSON =
            new GsonBuilder().disableHtmlEscaping().serializeNulls().create();

    private HistoryWriter() {}

    /** Writes the line that says what follows, and a line for each operation. */
    public static void write(Collection<Operation> history, PrintWriter out) {
        JsonObject header = new JsonObject();
        header.addProperty(HistoryReader.MARKER, HistoryReader.VERSION);
        header.addProperty("unit", "ns");
        out.println(GSON.toJson(header));
        history.forEach(operation -> out.println(GSON.toJson(line(operation))));
    }

    private static JsonObject line(Operation operation) {
        JsonObject line = new JsonObject();
        line.addProperty("client", operation.client());
        boolean known = operation.isKnown();
        switch (operation.action()) {
            case Action.Step step -> addStep(line, step, known);
            case Action.CompareAndSet set -> {
                line.addProperty("op", "cas");
                line.addProperty("key", set.key());
                line.addProperty("expected", set.expected().orElse(null));
                line.addProperty("value", set.value());
                if (known) {
                    line.addProperty("succeeded", set.succeeded());
                }
            }
            case Action.Transaction transaction -> addTransaction(line, transaction, known);
        }
        line.addProperty("invoked", operation.invokedNanos());
        if (known) {
            line.addProperty("returned", operation.returnedNanos());
        } else {
            line.addProperty("outcome", "unknown");
        }
        return line;
    }

    private static void addStep(JsonObject line, Action.Step step, boolean withAnswer) {
        switch (step) {
            case Action.Read read -> {
                line.addProperty("op", "read");
                line.addProperty("key", read.key());
                if (withAnswer) {
                    line.addProperty("value", read.seen().orElse(null));
                }
            }
            case Action.Write write -> {
                line.addProperty("op", "write");
                line.addProperty("key", write.key());
                line.addProperty("value", write.value());
            }
            case Action.Delete delete -> {
                line.addProperty("op", "delete");
                line.addProperty("key", delete.key());
            }
        }
    }

    private static void addTransaction(JsonObject line, Action.Transaction transaction, boolean known) {
        line.addProperty("op", "txn");
        JsonArray compares = new JsonArray();
        for (Action.Compare compare : transaction.compares()) {
            JsonObject object = new JsonObject();
            object.addProperty("key", compare.key());
            switch (compare) {
                case Action.Compare.Holds holds ->
                    object.addProperty("value", holds.value().orElse(null));
                case Action.Compare.HasVersion version -> object.addProperty("version", version.version());
            }
            compares.add(object);
        }
        line.add("compare", compares);
        line.add("success", steps(transaction.success()));
        line.add("failure", steps(transaction.failure()));
        if (known) {
            line.addProperty("succeeded", transaction.succeeded());
            JsonArray reads = new JsonArray();
            for (Optional<String> read : transaction.reads()) {
                reads.add(read.orElse(null));
            }
            line.add("reads", reads);
        }
    }

    private static JsonArray steps(List<Action.Step> steps) {
        JsonArray array = new JsonArray();
        for (Action.Step step : steps) {
            JsonObject object = new JsonObject();
            addStep(object, step, false);
            array.add(object);
        }
        return array;
    }
}
