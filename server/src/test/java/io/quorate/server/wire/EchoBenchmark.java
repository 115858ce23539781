package io.quorate.server.wire;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Measures what telling protocols apart costs a unary gRPC call: plain grpc-java against {@link ClientListener}, in turns, each in a
 * process of its own, under one client with {@value #CONNECTIONS} connections and {@value #CALLS_IN_FLIGHT} calls in flight.
 *
 * <p>Arguments: the number of rounds, the seconds of each, and then other servers to compare as {@code name=command}. A server prints its
 * port as its first line, and ends when its standard input does. docs/decisions/001-one-client-port.md has the command line.
 */
final class EchoBenchmark {

    private static final int CONNECTIONS = 4;
    private static final int CALLS_IN_FLIGHT = 256;
    private static final int PAYLOAD_BYTES = 256;
    private static final String PLAIN = "plain";
    private static final String LISTENER = "listener";

    /** So many calls settle connections, flow control and what the compiler makes of the code. */
    private static final long SETTLING_CALLS = 50_000;

    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private EchoBenchmark() {}

    /** Waits until the monotonic clock shows so much. */
    private static void awaitClock(long nanos) {
        long left = nanos - System.nanoTime();
        while (left > 0) {
            LockSupport.parkNanos(left);
            left = nanos - System.nanoTime();
        }
    }

    public static void main(String... arguments) throws Exception {
        if (arguments.length == 2 && arguments[0].equals("serve")) {
            serve(arguments[1]);
            return;
        }
        int rounds = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 5;
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 8;
        var contenders = new ArrayList<Contender>();
        try {
            contenders.add(Contender.start(PLAIN, own(PLAIN)));
            contenders.add(Contender.start(LISTENER, own(LISTENER)));
            for (String other :
                    arguments.length > 2 ? List.of(arguments).subList(2, arguments.length) : List.<String>of()) {
                int name = other.indexOf('=');
                contenders.add(Contender.start(
                        other.substring(0, name),
                        List.of(other.substring(name + 1).split(" "))));
            }
            for (Contender contender : contenders) {
                contender.round(Duration.ofSeconds(seconds));
                contender.samples.clear();
            }
            for (int round = 0; round < rounds; round++) {
                for (Contender contender : contenders) {
                    contender.round(Duration.ofSeconds(seconds));
                }
            }
            report(contenders);
        } finally {
            contenders.forEach(Contender::stop);
        }
    }

    private static List<String> own(String kind) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                EchoBenchmark.class.getName(),
                "serve",
                kind);
    }

    private static void serve(String kind) throws IOException {
        try (EventLoops eventLoops = EventLoops.open(Runtime.getRuntime().availableProcessors())) {
            if (kind.equals(PLAIN)) {
                Server server = plain(eventLoops).start();
                serveUntilInputEnds(server.getPort());
                server.shutdownNow();
            } else {
                try (ClientListener listener = listener(eventLoops)) {
                    serveUntilInputEnds(listener.addresses().getFirst().getPort());
                }
            }
        }
    }

    private static Server plain(EventLoops eventLoops) {
        return NettyServerBuilder.forPort(0)
                .bossEventLoopGroup(eventLoops.group())
                .workerEventLoopGroup(eventLoops.group())
                .channelType(eventLoops.serverChannel())
                .directExecutor()
                .addService(new EchoService())
                .build();
    }

    private static ClientListener listener(EventLoops eventLoops) throws IOException {
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                ClientListenerOptions.defaults(),
                List.of(new EchoService().bindService()),
                () -> List.of(new HttpPages((excluded, serializable) -> true)));
    }

    private static void serveUntilInputEnds(int port) throws IOException {
        System.out.println(port);
        System.in.transferTo(OutputStream.nullOutputStream());
    }

    private static void report(List<Contender> contenders) {
        List<Sample> base = contenders.getFirst().samples;
        System.out.printf(
                "%-10s %12s %22s %18s %10s%n", "server", "calls/s", "lowest..highest", "server us/call", "to plain");
        for (Contender contender : contenders) {
            double[] rates = contender.samples.stream()
                    .mapToDouble(Sample::callsPerSecond)
                    .sorted()
                    .toArray();
            double[] ratios = new double[base.size()];
            Arrays.setAll(
                    ratios,
                    i -> contender.samples.get(i).callsPerSecond() / base.get(i).callsPerSecond());
            System.out.printf(
                    "%-10s %12.0f %22s %18.1f %9.1f%%%n",
                    contender.name,
                    median(rates),
                    "%.0f..%.0f".formatted(rates[0], rates[rates.length - 1]),
                    median(contender.samples.stream()
                            .mapToDouble(Sample::serverMicrosPerCall)
                            .toArray()),
                    100 * median(ratios));
        }
    }

    private static double median(double... values) {
        double[] sorted = Arrays.stream(values).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private record Sample(double callsPerSecond, double serverMicrosPerCall) {}

    /** A server process and what was measured of it. */
    private record Contender(String name, Process process, int port, List<Sample> samples) {

        static Contender start(String name, List<String> command) throws IOException {
            Process process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
            BufferedReader output = process.inputReader();
            return new Contender(name, process, Integer.parseInt(output.readLine()), new ArrayList<>());
        }

        void round(Duration duration) throws InterruptedException {
            List<ManagedChannel> channels = Stream.generate(() -> NettyChannelBuilder.forAddress("127.0.0.1", port)
                            .usePlaintext()
                            .directExecutor()
                            .build())
                    .limit(CONNECTIONS)
                    .toList();
            var load = new Load(channels);
            load.start();
            load.awaitCalls(SETTLING_CALLS);
            long callsBefore = load.calls.sum();
            long startNanos = System.nanoTime();
            Duration cpuBefore = cpu();
            awaitClock(startNanos + duration.toNanos());
            long calls = load.calls.sum() - callsBefore;
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            double micros = cpu().minus(cpuBefore).toNanos() / 1e3;
            samples.add(new Sample(calls / seconds, micros / calls));
            System.out.printf("%-10s %12.0f calls/s %8.1f server us/call%n", name, calls / seconds, micros / calls);
            load.stopped = true;
            for (ManagedChannel channel : channels) {
                channel.shutdown().awaitTermination(10, TimeUnit.SECONDS);
            }
            if (load.failures.sum() > 0) {
                throw new IllegalStateException(load.failures.sum() + " calls to " + name + " failed.");
            }
        }

        private Duration cpu() {
            return process.info().totalCpuDuration().orElseThrow();
        }

        void stop() {
            process.destroy();
        }
    }

    /** Keeps {@value EchoBenchmark#CALLS_IN_FLIGHT} calls in flight: each answer sends the next one. */
    private static final class Load {
        final LongAdder calls = new LongAdder();
        final LongAdder failures = new LongAdder();
        private final List<ManagedChannel> channels;
        private final RangeRequest request = RangeRequest.newBuilder()
                .setKey(ByteString.copyFrom(new byte[PAYLOAD_BYTES]))
                .build();
        volatile boolean stopped;

        Load(List<ManagedChannel> channels) {
            this.channels = channels;
        }

        void start() {
            for (int i = 0; i < CALLS_IN_FLIGHT; i++) {
                call(KVGrpc.newStub(channels.get(i % channels.size())));
            }
        }

        /** Waits until so many calls were answered. */
        void awaitCalls(long count) {
            while (calls.sum() < count) {
                if (failures.sum() > 0) {
                    throw new IllegalStateException(failures.sum() + " calls failed");
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        private void call(KVGrpc.KVStub stub) {
            stub.range(request, new StreamObserver<>() {
                @Override
                public void onNext(RangeResponse answer) {
                    if (answer.getKvs(0).getValue().size() == PAYLOAD_BYTES) {
                        calls.increment();
                    }
                }

                @Override
                public void onError(Throwable failure) {
                    failures.increment();
                }

                @Override
                public void onCompleted() {
                    if (!stopped) {
                        call(stub);
                    }
                }
            });
        }
    }
}
