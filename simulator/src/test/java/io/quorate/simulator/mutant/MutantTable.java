package io.quorate.simulator.mutant;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is recorded of each mutant: which invariant found it, with which seed. Kept as a resource of the tests, and shown as a
 * table in the documentation.
 */
final class MutantTable {

    private static final Path RECORDS = Path.of("src/test/resources/io/quorate/simulator/mutant/mutants.tsv");
    private static final Path DOCUMENT = Path.of("../docs/verification.md");
    private static final String BEGIN = "<!-- The table of mutants: written by MutantsAreFoundTest -->\n";
    private static final String END = "<!-- End of the table of mutants -->\n";

    /** One line; seeds are tried from 1 on, so the seed is also how many were needed. */
    record Row(String invariant, long seed) {}

    private final Map<String, Row> rows = new LinkedHashMap<>();

    /** What the resource says. */
    static MutantTable read() throws IOException {
        MutantTable table = new MutantTable();
        if (Files.exists(RECORDS)) {
            for (String line : Files.readAllLines(RECORDS)) {
                String[] fields = line.split("\t", -1);
                table.rows.put(fields[0], new Row(fields[1], Long.parseLong(fields[2])));
            }
        }
        return table;
    }

    Optional<Row> row(String mutant) {
        return Optional.ofNullable(rows.get(mutant));
    }

    void put(String mutant, Hunt.Find find) {
        rows.put(mutant, new Row(find.invariant(), find.seed()));
    }

    void remove(String mutant) {
        rows.remove(mutant);
    }

    /** Writes resource and document anew, in the order of the mutants. */
    void write(List<Mutant> mutants) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Mutant mutant : mutants) {
            row(mutant.name())
                    .ifPresent(row -> lines.append(mutant.name())
                            .append('\t')
                            .append(row.invariant)
                            .append('\t')
                            .append(row.seed)
                            .append('\n'));
        }
        Files.createDirectories(RECORDS.getParent());
        Files.writeString(RECORDS, lines);
        String document = Files.readString(DOCUMENT);
        Files.writeString(DOCUMENT, before(document) + markdown(mutants) + after(document));
    }

    /** The table as the document has it. */
    static String documented() throws IOException {
        String document = Files.readString(DOCUMENT);
        return document.substring(
                before(document).length(), document.length() - after(document).length());
    }

    private static String before(String document) {
        return document.substring(0, place(document, BEGIN) + BEGIN.length());
    }

    private static String after(String document) {
        return document.substring(place(document, END));
    }

    private static int place(String document, String marker) {
        int at = document.indexOf(marker);
        if (at < 0) {
            throw new IllegalStateException(DOCUMENT + " lacks the line " + marker.strip());
        }
        return at;
    }

    /** The table as it should be. */
    String markdown(List<Mutant> mutants) {
        StringBuilder text = new StringBuilder();
        text.append("| mutant | what it does wrong | known from | edited | found by | seeds |\n");
        text.append("| --- | --- | --- | --- | --- | ---: |\n");
        for (Mutant mutant : mutants) {
            String type = mutant.place().type();
            text.append("| `").append(mutant.name()).append("` | ");
            text.append(mutant.bug()).append(" | ");
            text.append(mutant.knownFrom()).append(" | ");
            text.append(mutant.place().module()).append(", `");
            text.append(type.substring(type.lastIndexOf('.') + 1)).append("` | ");
            text.append(row(mutant.name())
                    .map(row -> row.invariant + " | " + row.seed)
                    .orElse("not found | "));
            text.append(" |\n");
        }
        return text.toString();
    }
}
