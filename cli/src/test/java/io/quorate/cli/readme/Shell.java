package io.quorate.cli.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.QuorateProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A folder in which the documents' commands can be typed as they are printed: {@code ./quorate} there is what the tests have
 * compiled, and other ports stand for the usual ones.
 */
final class Shell {

    /** A variable that says where the members are would clash with the option that does, so it is set where there is none. */
    private static final String ETCDCTL = """
            etcdctl() {
              case " $*" in
                *\\ --endpoints*) command etcdctl "$@" ;;
                *) ETCDCTL_ENDPOINTS=$QUORATE_ENDPOINTS command etcdctl "$@" ;;
              esac
            }
            """;

    private static final long PATIENCE_SECONDS = 120;
    private static final List<Integer> USUAL_CLIENT_PORTS = List.of(2379, 22379, 32379);
    private static final List<Integer> USUAL_PEER_PORTS = List.of(2380, 22380, 32380);

    /** What a script printed, and how it ended. */
    record Run(int exitCode, String output) {}

    private final Path folder;
    private final Map<String, String> environment;
    private final Map<Integer, Integer> ports = new TreeMap<>();

    /**
     * @param clientPorts those that stand for 2379, 22379 and 32379
     * @param peerPorts those that stand for 2380, 22380 and 32380
     */
    Shell(Path folder, List<Integer> clientPorts, List<Integer> peerPorts) throws IOException {
        this.folder = folder;
        String endpoints = clientPorts.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        this.environment = Map.of("QUORATE_ENDPOINTS", endpoints);
        for (int i = 0; i < USUAL_CLIENT_PORTS.size(); i++) {
            ports.put(USUAL_CLIENT_PORTS.get(i), clientPorts.get(i));
            ports.put(USUAL_PEER_PORTS.get(i), peerPorts.get(i));
        }
        Path quorate = folder.resolve("quorate");
        String words = QuorateProcess.command(List.of()).stream()
                .map(word -> "'" + word + "'")
                .collect(Collectors.joining(" "));
        Files.writeString(quorate, "#!/usr/bin/env bash\nexec " + words + " \"$@\"\n");
        Files.setPosixFilePermissions(quorate, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** The text with the ports that stand for the usual ones. */
    String withOwnPorts(String text) {
        return Pattern.compile("(?<!\\d)("
                        + ports.keySet().stream().map(String::valueOf).collect(Collectors.joining("|")) + ")(?!\\d)")
                .matcher(text)
                .replaceAll(found -> String.valueOf(ports.get(Integer.valueOf(found.group()))));
    }

    /** Begins to run a script, which ends at the first command that fails; what it prints is added to {@code output}. */
    Process start(String script, Path output) throws IOException {
        ProcessBuilder bash = new ProcessBuilder("bash", "-euo", "pipefail", "-c", ETCDCTL + withOwnPorts(script))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        bash.environment().putAll(environment);
        return bash.start();
    }

    /** Runs a script to its end. */
    Run run(String script) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "run", ".log");
        Process bash = start(script, output);
        try {
            assertThat(bash.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("that this ends: %s", script)
                    .isTrue();
        } finally {
            bash.destroyForcibly();
        }
        return new Run(bash.exitValue(), Files.readString(output));
    }
}
