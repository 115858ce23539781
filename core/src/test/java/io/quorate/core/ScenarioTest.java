package io.quorate.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Scenario files: commands, and below each the trace that it produces. {@code -Dscenarios.rewrite=true} writes the
 * traces anew; read the difference before committing it.
 *
 * <p>A file is made of blocks with an empty line between them: comments with {@code #}, a command, {@code ----}, trace.
 */
class ScenarioTest {

    private static final Path FOLDER = Path.of("src/test/resources/scenarios");
    private static final boolean REWRITE = Boolean.getBoolean("scenarios.rewrite");
    private static final String SEPARATOR = "----";

    @TestFactory
    Stream<DynamicTest> scenario() throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(FOLDER)) {
            files = found.sorted().toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(String.valueOf(file.getFileName()), () -> verify(file)));
    }

    private static void verify(Path file) {
        try {
            String expected = Files.readString(file);
            String actual = run(expected);
            if (REWRITE) {
                Files.writeString(file, actual);
            } else {
                assertThat(actual).isEqualTo(expected);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String run(String text) {
        Scenario scenario = new Scenario();
        StringBuilder actual = new StringBuilder();
        for (String block : text.strip().split("\n\n+", -1)) {
            if (!actual.isEmpty()) {
                actual.append('\n');
            }
            for (String line :
                    block.lines().takeWhile(line -> !line.equals(SEPARATOR)).toList()) {
                actual.append(line).append('\n');
                if (!line.startsWith("#")) {
                    actual.append(SEPARATOR).append('\n').append(scenario.run(line));
                }
            }
        }
        return actual.toString();
    }
}
