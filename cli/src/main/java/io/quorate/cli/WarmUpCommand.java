package io.quorate.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code quorate warm-up}: runs a member and every client command once, and leaves nothing behind.
 *
 * <p>The launcher calls it after a build with the JVM set to record which classes are used, so that later starts find
 * them read and checked.
 */
@Command(name = "warm-up", hidden = true, description = "Runs everything once, for the launcher.")
final class WarmUpCommand implements Callable<Integer> {

    private static final long READY_SECONDS = 30;

    private final MemberFactory factory;
    private final OutputStream logStream;

    WarmUpCommand(MemberFactory factory, OutputStream logStream) {
        this.factory = factory;
        this.logStream = logStream;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path dir = Files.createTempDirectory("quorate-warm-up");
        try {
            return rehearse(dir);
        } finally {
            delete(dir);
        }
    }

    private int rehearse(Path dir) throws IOException, InterruptedException {
        String clientUrl = "http://127.0.0.1:" + freePort();
        String peerUrl = "http://127.0.0.1:" + freePort();
        CompletableFuture<MemberHandle> started = new CompletableFuture<>();
        MemberFactory capturing = config -> {
            MemberHandle member = factory.start(config);
            started.complete(member);
            return member;
        };
        Thread server = Thread.ofPlatform().name("warm-up-server").start(() -> {
            int exitCode = execute(
                    capturing,
                    List.of(
                            "server",
                            "--data-dir=" + dir,
                            "--listen-client-urls=" + clientUrl,
                            "--listen-peer-urls=" + peerUrl));
            started.completeExceptionally(new IOException("the member ended with exit code " + exitCode));
        });
        try (MemberHandle member = started.get(READY_SECONDS, TimeUnit.SECONDS)) {
            member.ready().get(READY_SECONDS, TimeUnit.SECONDS);
            return runClients(clientUrl);
        } catch (ExecutionException | TimeoutException e) {
            // What a client does when it reaches nobody is worth recording all the same.
            runClients(clientUrl);
            throw new CommandFailed(ExitCode.FAILED, "the member did not start: " + e.getMessage(), e);
        } finally {
            server.join(TimeUnit.SECONDS.toMillis(READY_SECONDS));
        }
    }

    private int runClients(String endpoint) {
        int failures = 0;
        for (List<String> arguments : List.of(
                List.of("put", "warm/up", "value"),
                List.of("get", "--prefix", "warm/"),
                List.of("status"),
                List.of("del", "warm/up"))) {
            for (String output : List.of("table", "json")) {
                List<String> all = Stream.concat(
                                arguments.stream(), Stream.of("--endpoints=" + endpoint, "--output=" + output))
                        .toList();
                failures += execute(factory, all) == ExitCode.OK ? 0 : 1;
            }
        }
        execute(factory, List.of("version"));
        execute(factory, List.of("help"));
        return failures == 0 ? ExitCode.OK : ExitCode.FAILED;
    }

    private int execute(MemberFactory members, List<String> arguments) {
        InputStream nothing = new ByteArrayInputStream(new byte[0]);
        PrintWriter log = new PrintWriter(logStream, true, StandardCharsets.UTF_8);
        CommandLine commandLine = Quorate.commandLine(members, Map.of(), nothing, logStream);
        return commandLine.setOut(log).setErr(log).execute(arguments.toArray(String[]::new));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void delete(Path dir) throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
