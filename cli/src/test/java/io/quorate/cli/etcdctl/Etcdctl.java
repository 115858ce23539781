package io.quorate.cli.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Debian's {@code etcdctl}, pointed at one member. */
final class Etcdctl {

    private static final long PATIENCE_SECONDS = 60;

    private record Mask(Pattern pattern, String replacement) {}

    /** What differs from cluster to cluster and from run to run, and what stands for it in a transcript. */
    private static final List<Mask> MASKS = List.of(
            mask("127\\.0\\.0\\.1:\\d+", "<address>"),
            mask("\\bnode\\d\\b", "<name>"),
            mask("\\b\\d{15,20}\\b", "<id>"),
            mask("\\b[0-9a-f]{13,16}\\b", "<id>"),
            mask("(\"(?:raft_term|raftTerm|raftIndex|raftAppliedIndex|dbSize|dbSizeInUse)\"):\\d+", "$1:<n>"),
            mask("(\"(?:RaftTerm|RaftIndex|RaftAppliedIndex|DBSize)\") : \\d+", "$1 : <n>"),
            mask("\\b\\d+(?:\\.\\d+)? [kM]?B\\b", "<size>"),
            mask(
                    "(?:true|false)( \\||,) (true|false)( \\||,) \\d+( \\||,) \\d+( \\||,) \\d+",
                    "<leads>$1 $2$3 <n>$4 <n>$5 <n>"),
            mask("took = [0-9.]+[mµn]?s", "took = <time>"));

    private final EtcdRelease release;
    private final String endpoint;
    private final Path folder;

    /**
     * @param endpoint {@code host:port}
     * @param folder for what the commands print
     */
    Etcdctl(EtcdRelease release, String endpoint, Path folder) {
        this.release = release;
        this.endpoint = endpoint;
        this.folder = folder;
    }

    private static Mask mask(String pattern, String replacement) {
        return new Mask(Pattern.compile(pattern), replacement);
    }

    /** Runs a command line of bash and returns what it printed, masked, in the form of {@link Transcript.Step#answer}. */
    String answer(String commandLine) throws IOException, InterruptedException {
        Path output = folder.resolve("answer.txt");
        ProcessBuilder bash = new ProcessBuilder("bash", "-o", "pipefail", "-c", commandLine)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        release.comeFirst(bash.environment());
        bash.environment().put("ETCDCTL_API", "3");
        bash.environment().put("ETCDCTL_ENDPOINTS", endpoint);
        Process process = bash.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(commandLine)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        String printed = new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        String answer = printed.lines()
                // The client's own log, with the time and a random name of its connection.
                .filter(line -> !line.startsWith("{\"level\":"))
                .filter(line -> !line.isBlank())
                .map(Etcdctl::masked)
                .collect(Collectors.joining("\n"));
        if (release == EtcdRelease.V3_5) {
            // A member says that it is a 3.4 to every client: its API is that one's.
            answer = answer.replaceAll("\\b3\\.[45]\\.\\d+\\b", "<version>");
        }
        return (answer.isEmpty() ? "" : answer + "\n")
                + (process.exitValue() == 0 ? "" : "[exit " + process.exitValue() + "]\n");
    }

    private static String masked(String line) {
        // The columns of a table are as wide as what is masked in them.
        String masked = line.replaceAll("[\\p{Cntrl}&&[^\t]]", "?")
                .replaceAll(" {2,}", " ")
                .replaceAll("-{2,}", "--");
        for (Mask mask : MASKS) {
            masked = mask.pattern().matcher(masked).replaceAll(mask.replacement());
        }
        return masked;
    }
}
