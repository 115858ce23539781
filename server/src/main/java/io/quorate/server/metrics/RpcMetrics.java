package io.quorate.server.metrics;

import com.google.protobuf.MessageLite;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls, what became of them, and their messages, under the names that gRPC servers in Go use. Thread-safe. */
final class RpcMetrics implements ServerInterceptor {

    private static final String[] METHOD_LABELS = {"grpc_type", "grpc_service", "grpc_method"};

    private final Counter started;
    private final Counter handled;
    private final Counter received;
    private final Counter sent;
    private final CounterDataPoint receivedBytes;
    private final CounterDataPoint sentBytes;
    private final CounterDataPoint events;
    private final Map<String, OfMethod> methods = new ConcurrentHashMap<>();
    private final LongAdder openWatchStreams = new LongAdder();

    RpcMetrics(PrometheusRegistry registry) {
        this.started = counter(
                registry, "grpc_server_started_total", "Total number of RPCs started on the server.", METHOD_LABELS);
        this.handled = counter(
                registry,
                "grpc_server_handled_total",
                "Total number of RPCs completed on the server, regardless of success or failure.",
                "grpc_type",
                "grpc_service",
                "grpc_method",
                "grpc_code");
        this.received = counter(
                registry,
                "grpc_server_msg_received_total",
                "Total number of RPC stream messages received on the server.",
                METHOD_LABELS);
        this.sent = counter(
                registry,
                "grpc_server_msg_sent_total",
                "Total number of gRPC stream messages sent by the server.",
                METHOD_LABELS);
        this.receivedBytes = counter(
                registry,
                "etcd_network_client_grpc_received_bytes_total",
                "The total number of bytes received from grpc clients.");
        this.sentBytes = counter(
                registry,
                "etcd_network_client_grpc_sent_bytes_total",
                "The total number of bytes sent to grpc clients.");
        this.events =
                counter(registry, "etcd_debugging_mvcc_events_total", "Total number of events sent by this member.");
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help, String... labels) {
        return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
    }

    /** Streams of the service {@code Watch} that have not ended. */
    long openWatchStreams() {
        return openWatchStreams.sum();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        MethodDescriptor<Q, A> method = call.getMethodDescriptor();
        OfMethod counts = methods.computeIfAbsent(method.getFullMethodName(), name -> new OfMethod(method));
        counts.started.inc();
        counts.open(1);
        CountedCall<Q, A> counted = new CountedCall<>(call, counts);
        return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
            @Override
            public void onMessage(Q message) {
                counts.received.inc();
                receivedBytes.inc(size(message));
                super.onMessage(message);
            }

            @Override
            public void onCancel() {
                counted.end(Status.Code.CANCELLED);
                super.onCancel();
            }
        };
    }

    /** Messages of protobuf remember their size, so that asking for it costs nothing twice. */
    private static long size(Object message) {
        return message instanceof MessageLite known ? known.getSerializedSize() : 0;
    }

    /** The counters of one RPC, looked up once. */
    private final class OfMethod {

        private final String[] labels;
        private final boolean isWatch;
        private final CounterDataPoint started;
        private final CounterDataPoint received;
        private final CounterDataPoint sent;
        private final Map<Status.Code, CounterDataPoint> handledWith = new ConcurrentHashMap<>();

        OfMethod(MethodDescriptor<?, ?> method) {
            this.labels = new String[] {
                typeName(method.getType()),
                String.valueOf(method.getServiceName()),
                String.valueOf(method.getBareMethodName())
            };
            this.isWatch =
                    method.getFullMethodName().equals(WatchGrpc.getWatchMethod().getFullMethodName());
            this.started = RpcMetrics.this.started.labelValues(labels);
            this.received = RpcMetrics.this.received.labelValues(labels);
            this.sent = RpcMetrics.this.sent.labelValues(labels);
        }

        void open(long change) {
            if (isWatch) {
                openWatchStreams.add(change);
            }
        }

        void handled(Status.Code code) {
            handledWith
                    .computeIfAbsent(
                            code,
                            first -> RpcMetrics.this.handled.labelValues(
                                    labels[0], labels[1], labels[2], codeName(first)))
                    .inc();
            open(-1);
        }
    }

    private final class CountedCall<Q, A> extends SimpleForwardingServerCall<Q, A> {

        private final OfMethod counts;
        private final AtomicBoolean ended = new AtomicBoolean();

        CountedCall(ServerCall<Q, A> call, OfMethod counts) {
            super(call);
            this.counts = counts;
        }

        @Override
        public void sendMessage(A message) {
            counts.sent.inc();
            sentBytes.inc(size(message));
            if (message instanceof WatchResponse response) {
                events.inc(response.getEventsCount());
            }
            super.sendMessage(message);
        }

        @Override
        public void close(Status status, Metadata trailers) {
            end(status.getCode());
            super.close(status, trailers);
        }

        void end(Status.Code code) {
            if (!ended.getAndSet(true)) {
                counts.handled(code);
            }
        }
    }

    private static String typeName(MethodDescriptor.MethodType type) {
        return switch (type) {
            case UNARY, UNKNOWN -> "unary";
            case CLIENT_STREAMING -> "client_stream";
            case SERVER_STREAMING -> "server_stream";
            case BIDI_STREAMING -> "bidi_stream";
        };
    }

    /** As Go spells it. */
    private static String codeName(Status.Code code) {
        return switch (code) {
            case OK -> "OK";
            case CANCELLED -> "Canceled";
            case UNKNOWN -> "Unknown";
            case INVALID_ARGUMENT -> "InvalidArgument";
            case DEADLINE_EXCEEDED -> "DeadlineExceeded";
            case NOT_FOUND -> "NotFound";
            case ALREADY_EXISTS -> "AlreadyExists";
            case PERMISSION_DENIED -> "PermissionDenied";
            case RESOURCE_EXHAUSTED -> "ResourceExhausted";
            case FAILED_PRECONDITION -> "FailedPrecondition";
            case ABORTED -> "Aborted";
            case OUT_OF_RANGE -> "OutOfRange";
            case UNIMPLEMENTED -> "Unimplemented";
            case INTERNAL -> "Internal";
            case UNAVAILABLE -> "Unavailable";
            case DATA_LOSS -> "DataLoss";
            case UNAUTHENTICATED -> "Unauthenticated";
        };
    }
}
