package io.quorate.cli.soak;

import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Looks at members from outside: by what the system tells of a process, by {@code jcmd}, and by {@code /metrics}. */
final class Probe {

    private static final int TIMEOUT_MILLIS = 30_000;
    private static final String JCMD =
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();

    private final ProcessCluster cluster;
    private final long startNanos = System.nanoTime();

    Probe(ProcessCluster cluster) {
        this.cluster = cluster;
    }

    Sample sample(Member member) throws IOException, InterruptedException {
        long pid = cluster.pid(member);
        // First, since it collects garbage: what the system tells of memory is then without it.
        long heapKib = liveHeapKib(histogram(pid));
        List<String> status = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
        List<String> files = openFiles(pid);
        List<String> metrics = metrics(member.clientPort());
        return new Sample(
                (System.nanoTime() - startNanos) / 1_000_000_000,
                numberIn(status, "VmRSS:"),
                heapKib,
                numberIn(status, "Threads:"),
                files.size(),
                files.stream().filter(file -> file.startsWith("socket:")).count(),
                sum(metrics, "etcd_debugging_mvcc_watch_stream_total"),
                sum(metrics, "etcd_debugging_mvcc_watcher_total"),
                sum(metrics, "quorate_leases"),
                sum(metrics, "etcd_server_proposals_pending"),
                sum(metrics, "grpc_server_started_total") - sum(metrics, "grpc_server_handled_total"),
                kibIn(cluster.dataFolder(member)));
    }

    /** What the heap holds, class by class, the largest first; collects garbage. */
    static List<String> histogram(long pid) throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(JCMD, String.valueOf(pid), "GC.class_histogram")
                .redirectErrorStream(true)
                .start();
        List<String> lines = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        if (jcmd.waitFor() != 0) {
            throw new IOException("jcmd cannot look at process " + pid + ": " + lines);
        }
        return lines;
    }

    /** From a line such as {@code Total  123456  7890123}: instances, then bytes. */
    private static long liveHeapKib(List<String> histogram) {
        return histogram.stream()
                .filter(line -> line.startsWith("Total"))
                .map(line -> line.strip().split("\\s+"))
                .mapToLong(words -> Long.parseLong(words[2]) / 1024)
                .findFirst()
                .orElseThrow();
    }

    private static long numberIn(List<String> status, String name) {
        return status.stream()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> openFiles(long pid) throws IOException {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            return descriptors.map(Probe::target).toList();
        }
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return "closed meanwhile";
        }
    }

    /** Over a connection that is closed after it, so that the look itself leaves none. */
    private static List<String> metrics(int port) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.getOutputStream()
                    .write("GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** Of all samples of a metric, whatever their labels. */
    private static long sum(List<String> metrics, String name) {
        List<String> samples = metrics.stream()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .toList();
        // Those of calls are there from the first call on.
        if (samples.isEmpty() && !name.startsWith("grpc_")) {
            throw new IllegalStateException("There is no metric " + name + ".");
        }
        return samples.stream()
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static long kibIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.mapToLong(Probe::size).sum() / 1024;
        } catch (UncheckedIOException e) {
            // A folder went while it was being listed, as snapshots and checkpoints do.
            return kibIn(folder);
        }
    }

    private static long size(Path file) {
        try {
            return Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
