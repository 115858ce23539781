package io.quorate.server.healing;

import io.quorate.engine.inspect.Finding;
import java.util.List;

/**
 * How far the latest scrub of a member is.
 *
 * @param number of the scrub, counted from the start of the process; 0 if there was none
 * @param running whether it still reads
 * @param doneBytes what it has read
 * @param totalBytes what it has to read, more or less, since the data change meanwhile
 * @param findings what it found; complete when it has ended
 * @param failure why it ended before its end; empty if it did not
 */
public record ScrubStatus(
        long number, boolean running, long doneBytes, long totalBytes, List<Finding> findings, String failure) {

    static final ScrubStatus NONE = new ScrubStatus(0, false, 0, 0, List.of(), "");

    public ScrubStatus {
        findings = List.copyOf(findings);
    }

    /** As an object of JSON. */
    public String json() {
        StringBuilder json = new StringBuilder("{\"scrub\":")
                .append(number)
                .append(",\"running\":")
                .append(running)
                .append(",\"done_bytes\":")
                .append(doneBytes)
                .append(",\"total_bytes\":")
                .append(totalBytes)
                .append(",\"findings\":[");
        for (int i = 0; i < findings.size(); i++) {
            Finding finding = findings.get(i);
            json.append(i == 0 ? "" : ",").append("{\"file\":").append(quoted(finding.file()));
            finding.offset().ifPresent(offset -> json.append(",\"offset\":").append(offset));
            json.append(",\"what\":").append(quoted(finding.what()));
            json.append(",\"remedy\":").append(quoted(finding.remedy())).append('}');
        }
        return json.append("],\"failure\":").append(quoted(failure)).append('}').toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ') {
                quoted.append(String.format("\\u%04x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }
}
