package io.quorate.cli.processes;

import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** {@code quorate dev} with three members or less in a process of its own, on free ports of the loopback, ready to serve. */
public final class DevProcess implements AutoCloseable {

    private static final int MEMBERS = 3;

    private final QuorateProcess process;
    private final List<Integer> clientPorts;
    private final List<Integer> peerPorts;
    private final String readyLine;

    private DevProcess(QuorateProcess process, List<Integer> clientPorts, List<Integer> peerPorts, String readyLine) {
        this.process = process;
        this.clientPorts = clientPorts;
        this.peerPorts = peerPorts;
        this.readyLine = readyLine;
    }

    /**
     * Starts three members and returns when it has said that it is ready.
     *
     * @param folder for its data and what it prints
     */
    public static DevProcess start(Path folder) throws IOException {
        return start(folder, MEMBERS);
    }

    /** Starts so many members, one or three, and returns when it has said that it is ready. */
    public static DevProcess start(Path folder, int size) throws IOException {
        List<Integer> ports = FreePorts.find(2 * size);
        List<Integer> clientPorts = ports.subList(0, size);
        List<Integer> peerPorts = ports.subList(size, 2 * size);
        List<String> arguments = new ArrayList<>(List.of("dev", "--nodes", String.valueOf(size)));
        arguments.addAll(List.of("--data-dir", folder.resolve("data").toString()));
        arguments.addAll(List.of("--client-ports", join(clientPorts), "--peer-ports", join(peerPorts)));
        QuorateProcess process = QuorateProcess.start(folder.resolve("dev.log"), arguments);
        try {
            return new DevProcess(process, clientPorts, peerPorts, process.awaitLine("ready: "));
        } catch (RuntimeException e) {
            process.close();
            throw e;
        }
    }

    private static String join(List<Integer> ports) {
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /** In the members' order. */
    public List<Integer> clientPorts() {
        return clientPorts;
    }

    /** In the members' order. */
    public List<Integer> peerPorts() {
        return peerPorts;
    }

    /** The members' client addresses, {@code host:port}, in their order. */
    public List<String> endpoints() {
        return clientPorts.stream().map(port -> "127.0.0.1:" + port).toList();
    }

    /** The line by which it said that it is ready. */
    public String readyLine() {
        return readyLine;
    }

    /** What it has printed. */
    public String output() {
        return process.output();
    }

    @Override
    public void close() {
        process.close();
    }
}
