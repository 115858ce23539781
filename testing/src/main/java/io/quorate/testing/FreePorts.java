package io.quorate.testing;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Finds ports of the loopback interface that nobody listens at. Each fork of a module's tests looks in a range of its own, which no outgoing
 * connection is given a port of, and does not come back to a port soon: so nobody else takes one before its member does.
 */
public final class FreePorts {

    private static final int FIRST = 10_000;
    private static final int OF_EACH_JVM = 5_000;
    private static final int JVMS = 4;

    /** Where this JVM looks next. */
    private static final AtomicInteger NEXT = new AtomicInteger(new Random().nextInt(OF_EACH_JVM));

    private FreePorts() {}

    /** Returns that many different ports. */
    public static List<Integer> find(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            try (ServerSocket socket = listen()) {
                ports.add(socket.getLocalPort());
            }
        }
        return ports;
    }

    /** Listens at such a port; nobody accepts there unless the caller does. */
    public static ServerSocket listen() throws IOException {
        int range = FIRST + Integer.getInteger("quorate.test.fork", 0) % JVMS * OF_EACH_JVM;
        for (int tried = 0; tried < OF_EACH_JVM; tried++) {
            int port = range + NEXT.getAndIncrement() % OF_EACH_JVM;
            try {
                return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
            } catch (BindException e) {
                // Somebody listens there.
            }
        }
        throw new BindException("no port from " + range + " on is free");
    }
}
