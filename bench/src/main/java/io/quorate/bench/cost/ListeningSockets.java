package io.quorate.bench.cost;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The sockets that processes of this machine listen at, as Linux tells in {@code /proc/net/tcp} and {@code tcp6}. Immutable. */
record ListeningSockets(List<Socket> sockets) {

    private static final String LISTENING = "0A";
    private static final int ADDRESS_COLUMN = 1;
    private static final int STATE_COLUMN = 3;
    private static final int INODE_COLUMN = 9;

    /**
     * One of them.
     *
     * @param address where it listens, maybe everywhere
     * @param inode by which a process's open files tell it
     */
    record Socket(InetAddress address, int port, long inode) {}

    ListeningSockets {
        sockets = List.copyOf(sockets);
    }

    /** @param lines of both files, with their headings */
    static ListeningSockets parse(List<String> lines) {
        List<Socket> sockets = new ArrayList<>();
        for (String line : lines) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length > INODE_COLUMN && columns[STATE_COLUMN].equals(LISTENING)) {
                String[] address = columns[ADDRESS_COLUMN].split(":", -1);
                sockets.add(new Socket(
                        address(address[0]), Integer.parseInt(address[1], 16), Long.parseLong(columns[INODE_COLUMN])));
            }
        }
        return new ListeningSockets(sockets);
    }

    /** The kernel prints words of 32 bits as this machine holds them: the lowest byte first, on all that we run on. */
    private static InetAddress address(String hex) {
        byte[] printed = HexFormat.of().parseHex(hex);
        byte[] bytes = new byte[printed.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = printed[i / 4 * 4 + 3 - i % 4];
        }
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("an address of " + bytes.length + " bytes", e);
        }
    }

    /** The inodes of those that a client which connects there may reach. */
    List<Long> reachedAt(InetAddress address, int port) {
        return sockets.stream()
                .filter(socket ->
                        socket.port == port && (socket.address.isAnyLocalAddress() || socket.address.equals(address)))
                .map(Socket::inode)
                .toList();
    }
}
