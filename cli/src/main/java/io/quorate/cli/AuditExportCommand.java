package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.server.audit.AuditCopy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate audit export}: keeps what is on record where the cluster cannot change it. */
@Command(
        name = "export",
        description = {
            "Appends to a file what is on record and not in it yet, one line of JSON for each record. Do it regularly,"
                    + " to a place that",
            "whoever runs the cluster cannot write to: 'quorate audit verify <file>' then tells if the record was"
                    + " changed since.",
            "Fails, and changes nothing, if the file does not go before what the cluster has."
        },
        footer = {"", "Example:", "  quorate audit export --to audit.jsonl"})
final class AuditExportCommand implements Callable<Integer> {

    private static final int BUFFER_CHARACTERS = 1 << 20;

    @Option(
            names = "--to",
            required = true,
            paramLabel = "<file>",
            description = "The file; it is made if it is not there.")
    private Path file = Path.of("");

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Optional<String> last = lastLine();
        long next = last.map(AuditExportCommand::number).orElse(0L) + 1;
        Appending appending = new Appending(last);
        try {
            var unused = AuditSource.ofCluster(client).read(next, appending::add);
            appending.end();
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailed(ExitCode.FAILED, "cannot write to " + file + ": " + e.getMessage(), e);
        }
        report(appending.count, next + appending.count - 1);
        return ExitCode.OK;
    }

    private void report(long count, long last) {
        if (client.json()) {
            JsonObject answer = new JsonObject();
            answer.addProperty("appended", count);
            answer.addProperty("last_number", last);
            JsonOutput.print(spec.commandLine().getOut(), answer);
        } else {
            spec.commandLine()
                    .getOut()
                    .println("appended " + count + (count == 1 ? " record" : " records") + " to " + file
                            + ", which ends with record " + last);
        }
    }

    /** Of a file that is there and not empty. */
    private Optional<String> lastLine() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
            Optional<String> last = lines.reduce((before, line) -> line);
            if (last.isPresent() && !endsWithNewLine()) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "the last line of " + file
                                + " is not whole, as when an export was killed; take it away, and export again");
            }
            return last;
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailed(ExitCode.FAILED, "cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    private boolean endsWithNewLine() throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate(1);
            return channel.read(end, channel.size() - 1) == 1 && end.get(0) == '\n';
        }
    }

    private static long number(String line) {
        return AuditCopy.number(line)
                .orElseThrow(() -> new CommandFailed(
                        ExitCode.FAILED,
                        "the file ends with a line that is no audit record; name another file, or look what has"
                                + " happened to this one with 'quorate audit verify'"));
    }

    /** Writes nothing before it is known that the first record follows what is there. */
    private final class Appending {
        private Optional<String> before;
        private final StringBuilder gathered = new StringBuilder();
        private long count;

        Appending(Optional<String> before) {
            this.before = before;
        }

        void add(String line) {
            before.ifPresent(last -> requireFollows(last, line));
            before = Optional.empty();
            gathered.append(line).append('\n');
            count++;
            if (gathered.length() > BUFFER_CHARACTERS) {
                try {
                    write();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private void requireFollows(String last, String line) {
            if (!AuditCopy.follows(last, line)) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "what the cluster has does not follow the last record of " + file
                                + ": records were given up before they were exported, it is the file of another"
                                + " cluster, or somebody has changed one of the two;"
                                + " 'quorate audit verify " + file + "' tells more");
            }
        }

        void end() throws IOException {
            if (count > 0) {
                write();
            }
        }

        private void write() throws IOException {
            Set<StandardOpenOption> options =
                    EnumSet.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            try (FileChannel channel = FileChannel.open(file, options, OwnersAlone.file(file))) {
                ByteBuffer bytes = ByteBuffer.wrap(gathered.toString().getBytes(StandardCharsets.US_ASCII));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            gathered.setLength(0);
        }
    }
}
