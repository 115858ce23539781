package io.quorate.cli;

import io.quorate.simulator.history.BadHistoryException;
import io.quorate.simulator.history.HistoryPicture;
import io.quorate.simulator.history.HistoryReader;
import io.quorate.simulator.history.HistoryReport;
import io.quorate.simulator.history.LinearizabilityChecker;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.history.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate verify history}: whether what clients were answered is linearizable. */
@Command(
        name = "history",
        description = {
            "Says whether a recorded history is linearizable: whether every operation can have taken effect at one",
            "moment between its invocation and its answer. docs/history-format.md describes the file.",
            "",
            "Ends with exit code 0 if it is, 1 if it is not (then it shows the shortest stretch that proves it), and 5 if",
            "the search was given up before it could tell, which says nothing about the history."
        },
        footer = {
            "",
            "Examples:",
            "  quorate sim --seed 42 --history history.jsonl",
            "  quorate verify history history.jsonl --html window.html"
        })
final class VerifyHistoryCommand implements Callable<Integer> {

    private static final String STANDARD_INPUT = "-";

    private final InputStream in;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            index = "0",
            paramLabel = "<file>",
            description = "The history, as lines of JSON; - reads it from standard input.")
    private String file = "";

    @Option(
            names = "--html",
            paramLabel = "<file>",
            description =
                    "If the history is not linearizable: draws the stretch that shows it, as a page for a browser.")
    private @Nullable Path html;

    @Option(
            names = "--max-steps",
            paramLabel = "<count>",
            description = "How often an operation may be tried for each set of keys that transactions tie together,"
                    + " before the search is given up. Default: ${DEFAULT-VALUE}",
            defaultValue = "100000000")
    private long maxSteps;

    /** @param in standard input */
    VerifyHistoryCommand(InputStream in) {
        this.in = in;
    }

    @Override
    public Integer call() {
        if (maxSteps < 1) {
            throw CommandFailed.usage("--max-steps must be at least 1");
        }
        PrintWriter out = spec.commandLine().getOut();
        List<Operation> operations = read(out);
        Verdict verdict =
                new LinearizabilityChecker(maxSteps, Runtime.getRuntime().maxMemory() / 2).check(operations);
        return switch (verdict) {
            case Verdict.Linearizable linearizable -> {
                out.println(String.format(Locale.ROOT, "linearizable: %,d operations", linearizable.operations()));
                yield ExitCode.OK;
            }
            case Verdict.NotLinearizable violation -> {
                out.println("not linearizable: " + HistoryReport.text(violation));
                draw(violation, out);
                yield ExitCode.FAILED;
            }
            case Verdict.Undecided undecided -> {
                out.println(HistoryReport.text(undecided));
                yield ExitCode.UNDECIDED;
            }
        };
    }

    private List<Operation> read(PrintWriter out) {
        try (Reader reader = open()) {
            HistoryReader history = new HistoryReader(reader);
            List<Operation> operations = history.read();
            if (history.failed() > 0) {
                out.println(String.format(
                        Locale.ROOT, "left out: %,d operations that are known not to have happened", history.failed()));
            }
            return operations;
        } catch (BadHistoryException e) {
            throw CommandFailed.usage(file + ", " + e.getMessage());
        } catch (IOException e) {
            throw CommandFailed.usage(
                    "cannot read " + file + " (" + e + "); name a file that holds a history, or - for standard input");
        }
    }

    private Reader open() throws IOException {
        return file.equals(STANDARD_INPUT)
                ? new InputStreamReader(in, StandardCharsets.UTF_8)
                : Files.newBufferedReader(Path.of(file));
    }

    private void draw(Verdict.NotLinearizable violation, PrintWriter out) {
        if (html != null) {
            try {
                Files.writeString(html, HistoryPicture.page(violation));
            } catch (IOException e) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "the history is not linearizable, and --html cannot write " + html + ": " + e,
                        e);
            }
            out.println("it is drawn in " + html);
        }
    }
}
