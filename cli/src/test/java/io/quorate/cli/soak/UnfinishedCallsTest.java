package io.quorate.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client that begins more messages than a member's memory holds, and finishes none, ends its own calls and nobody else's. */
@Timeout(180)
class UnfinishedCallsTest {

    private static final int CONNECTIONS = 10;
    private static final int STREAMS = 60;
    private static final int FRAME_BYTES = 16_000;
    private static final int FRAMES = 60;
    private static final int TOLD_BYTES = 1_400_000;
    private static final int WINDOW = 65_535;

    @TempDir
    private Path folder;

    /** More than twice the heap that members have in tests. */
    @Test
    void theOldestOfThemEnd() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 1)) {
            cluster.startAll();
            Member member = cluster.awaitLeader();
            cluster.awaitServing(member);
            List<Socket> sockets = new ArrayList<>();
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    sockets.add(beginCalls(member));
                }
                for (Socket socket : sockets.subList(0, CONNECTIONS - 1)) {
                    awaitRefusal(socket.getInputStream());
                }
                member.put("meanwhile", "v".repeat(1_000_000));
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            member.put("afterwards", "v");
        }
    }

    private static Socket beginCalls(Member member) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), member.clientPort());
        socket.setSoTimeout(30_000);
        socket.getOutputStream().write(Http2Bytes.connection(WINDOW).toBytes());
        byte[] prefix = ByteBuffer.allocate(5).put((byte) 0).putInt(TOLD_BYTES).array();
        for (int i = 0; i < STREAMS; i++) {
            int stream = 2 * i + 1;
            Http2Bytes frames =
                    new Http2Bytes().call(stream, "etcdserverpb.KV/Put", "").frame(Http2Bytes.DATA, 0, stream, prefix);
            for (int frame = 0; frame < FRAMES; frame++) {
                frames.frame(Http2Bytes.DATA, 0, stream, new byte[FRAME_BYTES]);
            }
            socket.getOutputStream().write(frames.toBytes());
        }
        return socket;
    }

    /** The first such status of a connection is spelled out in its header. */
    private static void awaitRefusal(InputStream in) throws IOException {
        StringBuilder received = new StringBuilder();
        byte[] some = new byte[4096];
        while (received.indexOf("etcdserver: too many requests") < 0) {
            int count = in.read(some);
            assertThat(count)
                    .as("what follows on the connection after " + received)
                    .isPositive();
            received.append(new String(Arrays.copyOf(some, count), StandardCharsets.ISO_8859_1));
        }
    }
}
