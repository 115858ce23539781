package io.quorate.bench.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import io.quorate.bench.Contender;
import io.quorate.bench.ContenderProcess;
import io.quorate.bench.Replicas;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * SOFAJRaft with its defaults: three nodes on loopback, the log in RocksDB with a sync for every batch, pipelined
 * replication. No snapshots, so that it does nothing but replicate.
 */
public final class JRaftContender implements Contender {

    private static final Logger ROOT_LOGGER = Logger.getLogger("");
    private static final int MEMBERS = 3;
    private static final String GROUP = "bench";
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Replicas replicas = new Replicas();
    private final List<RaftGroupService> services = new ArrayList<>();
    private final Node leader;

    private JRaftContender(Path folder) throws IOException, TimeoutException {
        List<PeerId> peers = freePeers();
        for (PeerId peer : peers) {
            RaftGroupService service =
                    new RaftGroupService(GROUP, peer, options(folder.resolve("" + peer.getPort()), peers));
            services.add(service);
            service.start();
        }
        this.leader = awaitLeader();
    }

    /** Measures it in this process. */
    public static void main(String[] arguments) throws IOException, TimeoutException {
        ROOT_LOGGER.setLevel(Level.SEVERE);
        ContenderProcess.run(JRaftContender::new, arguments);
    }

    private static List<PeerId> freePeers() throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<PeerId> peers = new ArrayList<>();
        for (int i = 0; i < MEMBERS; i++) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            sockets.add(socket);
            peers.add(new PeerId("127.0.0.1", socket.getLocalPort()));
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return peers;
    }

    private NodeOptions options(Path folder, List<PeerId> peers) throws IOException {
        Files.createDirectories(folder);
        NodeOptions options = new NodeOptions();
        options.setFsm(new Counting(replicas.add()));
        options.setLogUri(folder.resolve("log").toString());
        options.setRaftMetaUri(folder.resolve("meta").toString());
        options.setInitialConf(new Configuration(peers));
        return options;
    }

    private Node awaitLeader() throws TimeoutException {
        long begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            for (RaftGroupService service : services) {
                if (service.getRaftNode().isLeader()) {
                    return service.getRaftNode();
                }
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
        throw new TimeoutException("no member leads after 30 s");
    }

    private static final class Counting extends StateMachineAdapter {

        private final Replicas.Replica replica;

        Counting(Replicas.Replica replica) {
            this.replica = replica;
        }

        @Override
        public void onApply(Iterator entries) {
            while (entries.hasNext()) {
                replica.apply(entries.getData());
                Closure done = entries.done();
                if (done != null) {
                    done.run(Status.OK());
                }
                entries.next();
            }
        }
    }

    @Override
    public void propose(ByteBuffer command, Completion completion) {
        leader.apply(new Task(command, status -> completion.completed(failure(status))));
    }

    private static Optional<Throwable> failure(Status status) {
        return status.isOk() ? Optional.empty() : Optional.of(new IOException(status.toString()));
    }

    @Override
    public void verify(long completed) throws TimeoutException {
        replicas.verify(completed);
    }

    @Override
    public void close() {
        // Each node calls it an error that the others go away.
        ROOT_LOGGER.setLevel(Level.OFF);
        services.forEach(RaftGroupService::shutdown);
        for (RaftGroupService service : services) {
            try {
                service.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
