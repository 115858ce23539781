package io.quorate.simulator.workload;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.WatchRequest;
import io.quorate.kv.Watcher;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.ClientNews;
import io.quorate.simulator.ClientServices;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Clients that watch. Each watches at one member, and goes on at another after the last revision that it has seen, when
 * the first is gone, hears nothing any more, or just so. What it learns is told to the observer. Some are slow readers.
 */
final class WatchClients {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final Bytes END = Bytes.wrap(new byte[1]);
    private static final List<String> PREFIXES = List.of("register/", "counter/", "account/", "set/", "leased/");

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;
    private final List<WatchClient> clients = new ArrayList<>();
    private final SplittableRandom random;
    private long watches;
    private boolean stopped;

    WatchClients(int count, Agenda agenda, Cluster cluster, SplittableRandom random, RunObserver observer) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
        this.random = random;
        for (int i = 0; i < count; i++) {
            WatchClient client = new WatchClient(random.split());
            clients.add(client);
            agenda.after(1 + random.nextLong(2 * SECOND), client::begin);
        }
        agenda.after(SECOND + random.nextLong(3 * SECOND), this::compact);
    }

    /** History is given up now and then, by whoever happens to be there. */
    private void compact() {
        if (stopped) {
            return;
        }
        SimulatedMember member = SpecialClients.anyMember(cluster, random);
        Optional<MvccStore> store = member.store();
        if (store.isPresent()) {
            long revision = store.get().currentRevision() - random.nextInt(random.nextBoolean() ? 20 : 300);
            if (revision > 0) {
                CompletableFuture<Result> unused = member.propose(CommandCodec.encode(new Compact(revision, false)));
            }
        }
        agenda.after(SECOND + random.nextLong(4 * SECOND), this::compact);
    }

    void stop() {
        stopped = true;
    }

    boolean areDone() {
        return clients.stream().allMatch(WatchClient::hasSeenEverything);
    }

    /** Which watches have not seen everything, in words. */
    String whatIsLeft() {
        return clients.stream()
                .filter(client -> !client.hasSeenEverything())
                .map(WatchClient::toString)
                .collect(Collectors.joining(", "));
    }

    /** One client with one watch at a time. */
    private final class WatchClient {
        private final SplittableRandom random;
        private final boolean slow;
        private final long wayNanos;
        private long watch;
        private WatchRequest request = WatchRequest.of(END);
        private long seenThrough;

        /** Counts the connections: what comes over an earlier one is not heard any more. */
        private long connection;

        private Optional<Watcher> watcher = Optional.empty();
        private Optional<SimulatedProcess> process = Optional.empty();
        private Optional<SimulatedMember> member = Optional.empty();
        private boolean reading;

        WatchClient(SplittableRandom random) {
            this.random = random;
            this.slow = random.nextInt(3) == 0;
            this.wayNanos = 100_000 + random.nextLong(400_000);
        }

        void begin() {
            request = drawRequest();
            watch = ++watches;
            seenThrough = -1;
            connect();
            lookAfter();
        }

        private WatchRequest drawRequest() {
            String prefix = PREFIXES.get(random.nextInt(PREFIXES.size()));
            Bytes key = Bytes.utf8(prefix);
            Bytes end = Bytes.utf8(prefix.substring(0, prefix.length() - 1) + "0");
            boolean noPut = random.nextInt(8) == 0;
            boolean noDelete = random.nextInt(8) == 0;
            boolean prevKv = random.nextBoolean();
            return switch (random.nextInt(4)) {
                case 0 -> new WatchRequest(Bytes.utf8(prefix + "0"), Bytes.empty(), 0, prevKv, noPut, noDelete);
                case 1 -> new WatchRequest(key, END, 0, prevKv, noPut, noDelete);
                case 2 -> new WatchRequest(Bytes.empty(), END, 0, prevKv, noPut, noDelete);
                default -> new WatchRequest(key, end, 0, prevKv, noPut, noDelete);
            };
        }

        /**
         * Turns to some member; if it is not there, the client tries again when it looks after its watch. In the end it leaves
         * out those that are not of the cluster, which have nothing to tell.
         */
        private void connect() {
            long number = ++connection;
            watcher = Optional.empty();
            process = Optional.empty();
            SimulatedMember asked = stopped
                    ? SpecialClients.anyOfTheCluster(cluster, random)
                    : SpecialClients.anyMember(cluster, random);
            agenda.after(wayNanos, () -> {
                if (number == connection && asked.isResponsive()) {
                    asked.services().ifPresent(services -> arrive(asked, services, number));
                }
            });
        }

        private void arrive(SimulatedMember asked, ClientServices services, long number) {
            if (seenThrough < 0) {
                seenThrough = firstRevision(asked) - 1;
            }
            member = Optional.of(asked);
            process = asked.process();
            observer.told(new ClientNews.WatchBegun(watch, request, seenThrough + 1));
            watcher = Optional.of(services.watch(request.from(seenThrough + 1), () -> ready(number)));
            ready(number);
        }

        /** The next revision, one that is long past, or one that is yet to come. */
        private long firstRevision(SimulatedMember asked) {
            MvccStore store = asked.store().orElseThrow();
            long current = store.currentRevision();
            return switch (random.nextInt(4)) {
                case 0 -> 1 + random.nextLong(current);
                case 1 -> current + 1 + random.nextInt(100);
                case 2 -> Math.max(1, store.compactedRevision() + random.nextInt(2));
                default -> current + 1;
            };
        }

        /** The member has something for this client; a slow one lets it wait. */
        private void ready(long number) {
            if (number == connection && !reading) {
                reading = true;
                long patience = slow && !stopped ? random.nextLong(3 * SECOND) : random.nextLong(SECOND / 100);
                agenda.after(1 + patience, () -> {
                    reading = false;
                    read(number);
                });
            }
        }

        private void read(long number) {
            if (number != connection || watcher.isEmpty() || !isServed()) {
                return;
            }
            Watcher open = watcher.get();
            Optional<WatchAnswer> answer = open.poll();
            answer.ifPresent(told -> agenda.after(wayNanos, () -> receive(number, told)));
            if (answer.isPresent()) {
                ready(number);
            } else {
                open.progress().ifPresent(revision -> agenda.after(wayNanos, () -> progress(number, revision)));
            }
        }

        private boolean isServed() {
            return process.isPresent()
                    && process.get().isAlive()
                    && !process.get().isPaused();
        }

        private void receive(long number, WatchAnswer answer) {
            if (number != connection) {
                return;
            }
            observer.told(new ClientNews.WatchAnswered(watch, answer));
            switch (answer) {
                case WatchAnswer.Events events -> seenThrough = Math.max(seenThrough, events.throughRevision());
                case WatchAnswer.Compacted compacted -> another();
            }
        }

        private void progress(long number, long revision) {
            if (number == connection) {
                observer.told(new ClientNews.WatchProgressed(watch, revision));
                seenThrough = Math.max(seenThrough, revision);
            }
        }

        /** This watch is over; the client begins another one. */
        private void another() {
            observer.told(new ClientNews.WatchEnded(watch));
            disconnect();
            request = drawRequest();
            watch = ++watches;
            seenThrough = -1;
            connect();
        }

        private void disconnect() {
            if (isServed()) {
                watcher.ifPresent(Watcher::close);
            }
            watcher = Optional.empty();
        }

        /** Now and then the client sees whether somebody serves it still, moves, asks for progress, or wants another. */
        private void lookAfter() {
            agenda.after(SECOND / 5 + random.nextLong(SECOND), this::lookAfter);
            // A member that was removed serves on, and learns nothing any more.
            boolean moves = stopped ? !isServedByTheCluster() : random.nextInt(10) == 0;
            if (watcher.isEmpty() || !isServed() || moves) {
                disconnect();
                connect();
            } else if (!stopped && random.nextInt(20) == 0) {
                another();
            } else {
                ready(connection);
            }
        }

        private boolean isServedByTheCluster() {
            return isServed()
                    && cluster.configuration()
                            .filter(now ->
                                    now.members().contains(member.orElseThrow().id()))
                            .isPresent();
        }

        @Override
        public String toString() {
            return "watch " + watch + " of " + request + " at member "
                    + member.map(SimulatedMember::id).map(MemberId::toString).orElse("none") + " through " + seenThrough
                    + (watcher.isEmpty() ? ", not connected" : "") + (isServedByTheCluster() ? "" : ", not served");
        }

        boolean hasSeenEverything() {
            return watcher.isPresent()
                    && isServedByTheCluster()
                    && cluster.leader()
                            .flatMap(SimulatedMember::store)
                            .filter(store -> seenThrough >= store.currentRevision())
                            .isPresent();
        }
    }
}
