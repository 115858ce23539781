package io.quorate.simulator.history;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Draws the window of a history that has no order: clients as lanes, operations as bars from invocation to answer. The page
 * holds everything it needs.
 */
public final class HistoryPicture {

    private static final String TEMPLATE = "window.html";
    private static final String DATA = "/*DATA*/null";

    /**
     * One operation.
     *
     * @param from when it was invoked, in nanoseconds
     * @param to when it was answered; the end of the window if it was not by then
     * @param open whether it was not
     * @param began whether it was invoked before the window
     */
    private record Bar(
            int client, long from, long to, boolean open, boolean began, String kind, String label, String text) {}

    /** What the page is made from. Its names are those that the page's script uses. */
    private record Page(
            String title,
            String verdict,
            List<String> before,
            String origin,
            List<String> writers,
            List<Bar> bars,
            long begin,
            long end) {}

    private HistoryPicture() {}

    /** The page, in HTML. */
    public static String page(Verdict.NotLinearizable verdict) {
        // The times of those that were under way all along would leave no room for the others.
        long begin = verdict.window().stream()
                .filter(operation ->
                        operation.returnedNanos() <= verdict.unexplained().returnedNanos())
                .mapToLong(Operation::invokedNanos)
                .min()
                .orElse(verdict.unexplained().invokedNanos());
        long end = verdict.unexplained().returnedNanos();
        Page page = new Page(
                "Not linearizable: " + HistoryReport.keys(verdict.keys()),
                HistoryReport.headline(verdict),
                verdict.before(),
                HistoryReport.origin(verdict),
                verdict.writers().stream().map(HistoryReport::line).toList(),
                verdict.window().stream()
                        .map(operation -> bar(operation, verdict.unexplained(), begin, end))
                        .toList(),
                begin,
                end);
        // Gson escapes '<' and '>', so no text can end the script that holds it.
        return template().replace(DATA, new Gson().toJson(page));
    }

    private static Bar bar(Operation operation, Operation unexplained, long begin, long end) {
        String kind = !operation.isKnown()
                ? "open"
                : operation.equals(unexplained)
                        ? "unexplained"
                        : operation.action().onlyReads() ? "read" : "write";
        return new Bar(
                operation.client(),
                operation.invokedNanos(),
                operation.isKnown() ? operation.returnedNanos() : end,
                !operation.isKnown(),
                operation.invokedNanos() < begin,
                kind,
                HistoryReport.describe(operation),
                HistoryReport.line(operation).strip());
    }

    private static String template() {
        try (InputStream in = HistoryPicture.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing beside its class");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(TEMPLATE + " cannot be read", e);
        }
    }
}
