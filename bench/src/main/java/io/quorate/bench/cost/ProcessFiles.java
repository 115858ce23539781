package io.quorate.bench.cost;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/** What Linux tells of its processes in {@code /proc}, as far as this one may read it. Source: proc(5). */
final class ProcessFiles {

    private final Path root;

    /** @param root {@code /proc}, or what stands for it */
    ProcessFiles(Path root) {
        this.root = root;
    }

    /** Whether the system is one that has it. */
    boolean isThere() {
        return Files.isReadable(root.resolve("net/tcp"));
    }

    /** The processes that listen where this URL leads; none if that is another machine, or they are not ours to look at. */
    Set<Long> listeningAt(URI url) throws IOException {
        String host = url.getHost();
        if (host == null) {
            return Set.of();
        }
        List<String> lines = new ArrayList<>(Files.readAllLines(root.resolve("net/tcp")));
        if (Files.isReadable(root.resolve("net/tcp6"))) {
            lines.addAll(Files.readAllLines(root.resolve("net/tcp6")));
        }
        ListeningSockets listening = ListeningSockets.parse(lines);
        Set<Long> inodes = new HashSet<>();
        for (InetAddress address : InetAddress.getAllByName(host)) {
            if (ThisMachine.has(address)) {
                inodes.addAll(listening.reachedAt(address, url.getPort()));
            }
        }
        return inodes.isEmpty() ? Set.of() : havingOpen(inodes);
    }

    private Set<Long> havingOpen(Set<Long> inodes) throws IOException {
        Set<String> links =
                inodes.stream().map(inode -> "socket:[" + inode + "]").collect(Collectors.toSet());
        Set<Long> processes = new HashSet<>();
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(root, "[0-9]*")) {
            for (Path folder : folders) {
                if (hasOpen(folder.resolve("fd"), links)) {
                    processes.add(Long.parseLong(folder.getFileName().toString()));
                }
            }
        }
        return processes;
    }

    private static boolean hasOpen(Path folder, Set<String> links) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                if (links.contains(target(file))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            // It has ended, or belongs to somebody else.
            return false;
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            // Closed meanwhile.
            return "";
        }
    }

    /** Processor time that it has used since it started, in microseconds. */
    OptionalDouble cpuMicros(long process) {
        // The JDK reads it from the same place, and knows how long the system's ticks are.
        return ProcessHandle.of(process)
                .flatMap(handle -> handle.info().totalCpuDuration())
                .map(time -> OptionalDouble.of(time.toNanos() / 1e3))
                .orElse(OptionalDouble.empty());
    }

    /** Memory that it holds now, in bytes. */
    OptionalDouble residentBytes(long process) {
        // In kB, as the line says, by which 1024 bytes are meant.
        return number(root.resolve(process + "/status"), "VmRSS:")
                .map(kib -> OptionalDouble.of(kib * 1024.0))
                .orElse(OptionalDouble.empty());
    }

    /** Bytes that the system has handed to the disk for it since it started. */
    OptionalDouble writtenBytes(long process) {
        return number(root.resolve(process + "/io"), "write_bytes:")
                .map(bytes -> OptionalDouble.of(bytes))
                .orElse(OptionalDouble.empty());
    }

    /** The number that follows this name in a file of names and numbers, one a line. */
    private static Optional<Long> number(Path file, String name) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line ->
                            Long.parseLong(line.substring(name.length()).strip().split(" ", -1)[0]))
                    .findFirst();
        } catch (IOException e) {
            // It has ended, or its owner alone may know.
            return Optional.empty();
        }
    }
}
