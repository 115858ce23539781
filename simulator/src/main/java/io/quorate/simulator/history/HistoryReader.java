package io.quorate.simulator.history;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a history from lines of JSON, in the format of docs/history-format.md. For one thread. */
public final class HistoryReader {

    static final String MARKER = "quorate-history";
    static final int VERSION = 1;

    /** A line that is longer is no operation. */
    private static final int MAX_LINE_CHARS = 1 << 20;

    private static final int MAX_OPERATIONS = 5_000_000;
    private static final int BUFFER_CHARS = 1 << 16;

    private final TypeAdapter<JsonElement> json = new Gson().getAdapter(JsonElement.class);
    private final Reader in;
    private final char[] buffer = new char[BUFFER_CHARS];
    private int at;
    private int end;
    private long line;
    private int failed;

    /** @param in where the text comes from; not closed */
    public HistoryReader(Reader in) {
        this.in = in;
    }

    /**
     * Reads all of it.
     *
     * @return the operations that happened or may have, without those that are known not to have
     * @throws BadHistoryException if something in it is not as it should be
     * @throws IOException if it cannot be read
     */
    public List<Operation> read() throws IOException, BadHistoryException {
        Optional<String> first = nextLine();
        if (first.isEmpty()) {
            throw new BadHistoryException(
                    "the history is empty: its first line must be {\"" + MARKER + "\":" + VERSION + "}");
        }
        long nanosPerUnit = header(parse(first.get()));
        List<Operation> operations = new ArrayList<>();
        for (Optional<String> text = nextLine(); text.isPresent(); text = nextLine()) {
            if (operations.size() == MAX_OPERATIONS) {
                throw new BadHistoryException(
                        line,
                        "these are more than 5,000,000 operations: split the history by keys, and check each part");
            }
            operation(text.get(), nanosPerUnit).ifPresent(operations::add);
        }
        return operations;
    }

    /** Operations that were read and are known not to have happened. */
    public int failed() {
        return failed;
    }

    private Optional<Operation> operation(String text, long nanosPerUnit) throws IOException, BadHistoryException {
        Optional<Operation> operation = new OperationLine(parse(text), line, nanosPerUnit).operation();
        failed += operation.isEmpty() ? 1 : 0;
        return operation;
    }

    private long header(JsonFields fields) throws BadHistoryException {
        if (!fields.has(MARKER)) {
            throw new BadHistoryException(
                    line,
                    "this is not a history: its first line must be {\"" + MARKER + "\":" + VERSION
                            + "} (docs/history-format.md)");
        }
        long version = fields.number(MARKER);
        if (version != VERSION) {
            throw new BadHistoryException(
                    line,
                    "the history has format " + version + ", and this release reads format " + VERSION
                            + ": write it in that format, or check it with the release that it is for");
        }
        String unit = fields.has("unit") ? fields.text("unit") : "ns";
        fields.refuseOthers();
        return switch (unit) {
            case "ns" -> 1L;
            case "us" -> 1_000L;
            case "ms" -> 1_000_000L;
            default -> throw new BadHistoryException(line, "the unit \"" + unit + "\" is unknown: use ns, us or ms");
        };
    }

    private JsonFields parse(String text) throws IOException, BadHistoryException {
        try {
            JsonElement element = json.fromJson(text);
            if (element != null && element.isJsonObject()) {
                return new JsonFields(element.getAsJsonObject(), line, "the line");
            }
        } catch (JsonParseException | IOException e) {
            throw new BadHistoryException(
                    line, "this is not JSON: write one object on each line, and nothing between them");
        }
        throw new BadHistoryException(line, "this is not a JSON object: write {...} on each line");
    }

    /** The next line that is not empty. */
    private Optional<String> nextLine() throws IOException, BadHistoryException {
        StringBuilder text = new StringBuilder();
        while (true) {
            if (at == end) {
                at = 0;
                end = Math.max(0, in.read(buffer));
                if (end == 0) {
                    line++;
                    return text.isEmpty() ? Optional.empty() : Optional.of(text.toString());
                }
            }
            int begin = at;
            while (at < end && buffer[at] != '\n') {
                at++;
            }
            text.append(buffer, begin, at - begin);
            if (text.length() > MAX_LINE_CHARS) {
                throw new BadHistoryException(line + 1, "it is longer than 1 MiB: one operation belongs on each line");
            }
            if (at < end) {
                at++;
                line++;
                if (!text.toString().isBlank()) {
                    return Optional.of(text.toString());
                }
                text.setLength(0);
            }
        }
    }
}
