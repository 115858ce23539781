package io.quorate.cli.drill;

import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A cluster of processes on which operations are done as an operator does them: with the command line. For one thread. */
final class Drill implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    private final Path folder;
    private final ProcessCluster cluster;

    /** Those that do not vote yet, and serve no writes. */
    private final Set<Member> learners = ConcurrentHashMap.newKeySet();

    Drill(Path folder, int members) throws IOException {
        this.folder = folder;
        this.cluster = new ProcessCluster(folder, members);
    }

    ProcessCluster cluster() {
        return cluster;
    }

    void start() throws IOException {
        cluster.startAll();
        cluster.members().forEach(cluster::awaitServing);
    }

    /** Where running members serve clients that write. */
    List<Integer> clientPorts() {
        return cluster.members().stream()
                .filter(member -> member.isRunning() && !learners.contains(member))
                .map(Member::clientPort)
                .toList();
    }

    /** Members that do not vote, as was known last. */
    List<Member> learners() {
        return cluster.members().stream().filter(learners::contains).toList();
    }

    /**
     * Who votes and who does not, as the members say.
     *
     * @param list what {@code members list} printed; whoever is not in it stays what it was known to be
     */
    void noteRoles(String list) {
        for (Member member : cluster.members()) {
            list.lines()
                    .filter(line -> line.contains(ProcessCluster.peerUrl(member)))
                    .forEach(line -> {
                        if (line.contains(" learner ")) {
                            learners.add(member);
                        } else {
                            learners.remove(member);
                        }
                    });
        }
    }

    CommandRun run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints="
                + clientPorts().stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    /** Does something that new members are a part of: starts them as soon as they are expected. */
    CommandRun runAndStart(List<Member> newcomers, String... command) {
        CompletableFuture<CommandRun> run = begin(() -> run(command));
        for (Member newcomer : newcomers) {
            String url = ProcessCluster.peerUrl(newcomer);
            await().atMost(PATIENCE)
                    .until(() -> run.isDone() || run("members", "list").out().contains(url));
            if (!run.isDone()) {
                learners.add(newcomer);
                start(newcomer);
            }
        }
        CommandRun ended = run.join();
        noteRoles(run("members", "list").out());
        return ended;
    }

    private void start(Member newcomer) {
        try {
            cluster.start(newcomer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Does something on a thread of its own: one waits for another, so that they must not share a few. */
    static <T> CompletableFuture<T> begin(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, Thread::startVirtualThread);
    }

    /** The members as a file for {@code members apply}. */
    Path file(List<Member> members) throws IOException {
        String text = members.stream()
                .map(member -> "- name: " + member.name() + "\n  peer-urls: " + ProcessCluster.peerUrl(member) + "\n")
                .collect(Collectors.joining());
        return Files.writeString(folder.resolve("members.yaml"), "members:\n" + text);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
