package io.quorate.cli.etcdctl;

import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Debian's {@code etcd}: a cluster of three or less, with the names and the shape of {@code quorate dev}. */
public final class RealEtcd implements AutoCloseable {

    private static final int MEMBERS = 3;

    private final EtcdRelease release;
    private final int size;
    private final List<Integer> ports;
    private final List<Process> members = new ArrayList<>();

    /** Starts three members and returns at once. */
    public RealEtcd(EtcdRelease release, Path folder) throws IOException {
        this(release, folder, MEMBERS);
    }

    /** Starts so many members and returns at once. */
    public RealEtcd(EtcdRelease release, Path folder, int size) throws IOException {
        this.release = release;
        this.size = size;
        this.ports = FreePorts.find(2 * size);
        try {
            for (int i = 0; i < size; i++) {
                start(i, folder);
            }
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private void start(int index, Path folder) throws IOException {
        String clients = "http://127.0.0.1:" + ports.get(index);
        members.add(new ProcessBuilder(
                        release.program("etcd"),
                        "--name=node" + (index + 1),
                        "--data-dir=" + folder.resolve("node" + (index + 1)),
                        "--listen-client-urls=" + clients,
                        "--advertise-client-urls=" + clients,
                        "--listen-peer-urls=" + peers(index),
                        "--initial-advertise-peer-urls=" + peers(index),
                        "--initial-cluster="
                                + IntStream.range(0, size)
                                        .mapToObj(i -> "node" + (i + 1) + "=" + peers(i))
                                        .collect(Collectors.joining(",")))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("node" + (index + 1) + ".log").toFile())
                .start());
    }

    private String peers(int index) {
        return "http://127.0.0.1:" + ports.get(size + index);
    }

    /** A member's {@code host:port}. */
    public String endpoint() {
        return "127.0.0.1:" + ports.getFirst();
    }

    /** Each member's {@code host:port}. */
    public List<String> endpoints() {
        return ports.subList(0, size).stream().map(port -> "127.0.0.1:" + port).toList();
    }

    @Override
    public void close() {
        for (Process member : members) {
            member.destroyForcibly();
            member.onExit().join();
        }
    }
}
