package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code quorate verify history} as it is typed. */
class VerifyHistoryCommandTest {

    private static final String STALE_READ = """
            {"quorate-history":1,"unit":"ms"}
            {"client":1,"op":"write","key":"x","value":1,"invoked":0,"returned":10}
            {"client":1,"op":"write","key":"x","value":2,"invoked":20,"returned":30}
            {"client":2,"op":"read","key":"x","value":2,"invoked":20,"returned":32}
            {"client":3,"op":"write","key":"x","value":3,"invoked":25,"outcome":"unknown"}
            {"client":2,"op":"read","key":"x","value":1,"invoked":40,"returned":50}
            """;

    @TempDir
    private Path folder;

    private static CommandRun verify(String history, String... more) {
        String[] arguments = new String[more.length + 3];
        arguments[0] = "verify";
        arguments[1] = "history";
        arguments[2] = "-";
        System.arraycopy(more, 0, arguments, 3, more.length);
        return CommandRun.of(
                config -> {
                    throw new IOException("no member was to be started");
                },
                Map.of(),
                history,
                arguments);
    }

    @Test
    void what_the_simulators_clients_saw_is_written_down_and_found_linearizable() throws IOException {
        Path history = folder.resolve("history.jsonl");
        CommandRun sim =
                CommandRun.of("sim", "--seed", "3", "--fault-nanos", "3000000000", "--history", history.toString());
        assertThat(sim.exitCode()).isZero();
        assertThat(Files.readAllLines(history)).hasSizeGreaterThan(15);
        assertThat(Files.readString(history)).contains("\"outcome\":\"unknown\"", "\"op\":\"txn\"");

        CommandRun run = CommandRun.of("verify", "history", history.toString());

        assertThat(run.out()).startsWith("linearizable: ");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_stale_read_is_shown_with_the_write_that_it_missed_and_the_one_that_it_saw() throws IOException {
        Path html = folder.resolve("window.html");
        CommandRun run = verify(STALE_READ, "--html", html.toString());

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains(
                        "not linearizable: the answer of client 2 at 50.000000 ms cannot be explained: read x -> 1",
                        "write x = 2",
                        "what it saw was written, and overwritten since:",
                        "write x = 1")
                // Of what has no outcome nobody has seen anything.
                .doesNotContain("write x = 3");
        assertThat(Files.readString(html))
                .contains("unexplained", "read x -\\u003e 1")
                .doesNotContain("/*DATA*/", "src=", "@import", "https://");
    }

    @Test
    void operations_that_failed_did_not_happen() {
        CommandRun run = verify("""
                {"quorate-history":1}
                {"client":1,"op":"write","key":"x","value":1,"invoked":0,"returned":10}
                {"client":1,"op":"write","key":"x","value":2,"invoked":20,"returned":30,"outcome":"failed"}
                {"client":2,"op":"read","key":"x","value":1,"invoked":40,"returned":50}
                """);
        assertThat(run.out())
                .contains("left out: 1 operations that are known not to have happened", "linearizable: 2 operations");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void a_search_that_was_given_up_is_neither_good_nor_bad() {
        CommandRun run = verify(STALE_READ, "--max-steps", "1");
        assertThat(run.out()).startsWith("undecided: the search for an order of the operations on x was given up");
        assertThat(run.exitCode()).isEqualTo(ExitCode.UNDECIDED);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "{\"client\":1,\"op\":\"read\",\"key\":\"x\",\"value\":1,\"invoked\":5} | line 2: there is no field \"returned\"",
                "{\"client\":1,\"op\":\"read\",\"key\":\"x\",\"value\":1,\"invoked\":5,\"returned\":4} | line 2: it returned before it was invoked",
                "{\"client\":1,\"op\":\"read\",\"key\":\"x\",\"invoked\":5,\"returned\":6} | line 2: the line has no field \"value\"",
                "{\"client\":1,\"op\":\"raed\",\"key\":\"x\",\"invoked\":5,\"returned\":6} | line 2: the operation \"raed\" is unknown",
                "{\"client\":1,\"op\":\"delete\",\"key\":\"x\",\"invoked\":5,\"retruned\":6,\"returned\":6} | line 2: the line has the field \"retruned\"",
                "{\"client\":1,\"op\":\"delete\",\"key\":\"x\",\"invoked\":\"now\",\"returned\":6} | line 2: the field \"invoked\" is \"now\"",
                "{\"client\":1,\"op\":\"delete\",\"key\":\"x\",\"invoked\":5,\"returned\":6,\"outcome\":\"maybe\"} | line 2: the outcome \"maybe\" is none",
                "{\"client\":1,\"op\":\"txn\",\"success\":[{\"op\":\"read\",\"key\":\"x\"}],\"succeeded\":true,\"reads\":[],\"invoked\":5,\"returned\":6} | line 2: the field \"reads\" has 0 values",
                "write x 1 | line 2: this is not JSON",
                "[1] | line 2: this is not a JSON object",
            })
    void bad_input_is_named_with_its_line(String line, String sentence) {
        CommandRun run = verify("{\"quorate-history\":1}\n" + line + "\n");
        assertThat(run.err()).contains(sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            nullValues = "NOTHING",
            value = {
                "NOTHING | the history is empty",
                "{\"client\":1} | line 1: this is not a history",
                "{\"quorate-history\":2} | line 1: the history has format 2",
                "{\"quorate-history\":1,\"unit\":\"s\"} | line 1: the unit \"s\" is unknown",
            })
    void what_is_no_history_is_refused(String first, String sentence) {
        CommandRun run = verify(first == null ? "" : first + "\n");
        assertThat(run.err()).contains(sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void a_file_that_is_not_there_is_named() {
        CommandRun run = CommandRun.of("verify", "history", "nowhere.jsonl");
        assertThat(run.err()).contains("cannot read nowhere.jsonl").hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    }
}
