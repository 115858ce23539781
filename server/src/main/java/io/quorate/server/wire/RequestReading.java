package io.quorate.server.wire;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.Marshaller;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads requests such that bytes which are none get an answer that says so. By itself gRPC takes them for a fault of the service,
 * and logs each.
 *
 * <p>Transactions may be nested as deep as the limit on their operations allows, which is deeper than protocol buffers are read
 * by default; one that is nested deeper still is told so in etcd's words.
 */
final class RequestReading {

    /** Twice the deepest transaction that is taken, with room for those that are to be told that they are too deep. */
    private static final int MAX_NESTING = 600;

    /** The generated code's word for it. */
    private static final String TOO_DEEP = "too many levels of nesting";

    /** Whoever has it sends again, when others are done. */
    private static final Status TOO_MANY = EtcdError.TOO_MANY_REQUESTS.status();

    private RequestReading() {}

    /** What the bytes of a request are. */
    private sealed interface Request<Q> {

        record Read<Q>(Q message) implements Request<Q> {}

        record Unreadable<Q>(Status why) implements Request<Q> {}
    }

    /** The service, with requests read this way. */
    static ServerServiceDefinition of(ServerServiceDefinition service) {
        List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
        service.getMethods().forEach(method -> methods.add(reading(method)));
        ServiceDescriptor original = service.getServiceDescriptor();
        // With what is known of its .proto file, which server reflection tells.
        ServiceDescriptor.Builder descriptor =
                ServiceDescriptor.newBuilder(original.getName()).setSchemaDescriptor(original.getSchemaDescriptor());
        methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
        ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(descriptor.build());
        methods.forEach(builder::addMethod);
        return builder.build();
    }

    private static <Q, R> ServerMethodDefinition<?, ?> reading(ServerMethodDefinition<Q, R> method) {
        MethodDescriptor<Q, R> original = method.getMethodDescriptor();
        return ServerMethodDefinition.create(
                original.toBuilder(new Reader<>(deepReader(original)), original.getResponseMarshaller())
                        .build(),
                new Handler<>(original, method.getServerCallHandler()));
    }

    @SuppressWarnings("unchecked") // A marshaller's prototype is of the type that it reads.
    private static <Q> Marshaller<Q> deepReader(MethodDescriptor<Q, ?> method) {
        return method.getRequestMarshaller() instanceof PrototypeMarshaller<Q> marshaller
                        && marshaller.getMessagePrototype() instanceof Message prototype
                ? (Marshaller<Q>) ProtoUtils.marshallerWithRecursionLimit(prototype, MAX_NESTING)
                : method.getRequestMarshaller();
    }

    private record Reader<Q>(Marshaller<Q> messages) implements Marshaller<Request<Q>> {

        @Override
        public InputStream stream(Request<Q> request) {
            throw new UnsupportedOperationException("a server sends no requests");
        }

        @Override
        public Request<Q> parse(InputStream bytes) {
            try {
                return new Request.Read<>(messages.parse(bytes));
            } catch (StatusRuntimeException e) {
                return new Request.Unreadable<>(
                        e.getCause() instanceof InvalidProtocolBufferException cause
                                ? unreadable(cause)
                                : e.getStatus());
            }
        }

        /** Nothing but transactions can be nested without bound. */
        private static Status unreadable(InvalidProtocolBufferException cause) {
            String message = String.valueOf(cause.getMessage());
            return message.contains(TOO_DEEP)
                    ? EtcdError.TOO_MANY_OPS.status()
                    : Status.INTERNAL.withDescription("grpc: error unmarshalling request: " + message);
        }
    }

    private record Handler<Q, R>(MethodDescriptor<Q, R> method, ServerCallHandler<Q, R> handler)
            implements ServerCallHandler<Request<Q>, R> {

        @Override
        public ServerCall.Listener<Request<Q>> startCall(ServerCall<Request<Q>, R> call, Metadata metadata) {
            RefusableCall<Q, R> known = new RefusableCall<>(method, call);
            Optional<UnfinishedMessages> arriving = UnfinishedMessages.ofThisCall();
            arriving.ifPresent(message -> message.onEviction(known::refuse));
            arriving.ifPresent(message -> known.onClose(message::answered));
            arriving.ifPresent(message -> known.onSend(message::sent));
            return new Listener<>(known, arriving, handler.startCall(known, metadata));
        }
    }

    /** For one call, and so for one thread at a time. */
    private static final class Listener<Q> extends ServerCall.Listener<Request<Q>> {

        private final RefusableCall<?, ?> call;
        private final Optional<UnfinishedMessages> arriving;
        private final ServerCall.Listener<Q> handler;
        private boolean over;

        Listener(RefusableCall<?, ?> call, Optional<UnfinishedMessages> arriving, ServerCall.Listener<Q> handler) {
            this.call = call;
            this.arriving = arriving;
            this.handler = handler;
        }

        @Override
        public void onMessage(Request<Q> request) {
            switch (request) {
                case Request.Read<Q> read -> {
                    if (mayGoOn()) {
                        handler.onMessage(read.message());
                    }
                }
                case Request.Unreadable<Q> unreadable -> {
                    call.refuse(unreadable.why());
                    cancel();
                }
            }
        }

        /** Whatever the handler has begun is to end, and not to answer. */
        private void cancel() {
            if (!over) {
                over = true;
                handler.onCancel();
            }
        }

        /** Whoever ends the call may not have come to refusing it. */
        private boolean mayGoOn() {
            return !call.isRefused()
                    && arriving.filter(UnfinishedMessages::isEnded).isEmpty();
        }

        @Override
        public void onHalfClose() {
            if (!mayGoOn()) {
                return;
            }
            if (mayBegin()) {
                begin();
            } else {
                call.refuse(TOO_MANY);
                cancel();
            }
        }

        /** Whoever fails at once does not end the call: gRPC does. */
        private void begin() {
            boolean begun = false;
            try {
                handler.onHalfClose();
                begun = true;
            } finally {
                if (!begun) {
                    arriving.ifPresent(UnfinishedMessages::answered);
                }
            }
        }

        /** Of a call that takes one request; those of others were handed on one by one. */
        private boolean mayBegin() {
            return !call.getMethodDescriptor().getType().clientSendsOneMessage()
                    || arriving.isEmpty()
                    || arriving.get().mayBegin(call.connection());
        }

        @Override
        public void onCancel() {
            cancel();
        }

        @Override
        public void onComplete() {
            if (call.isRefused()) {
                cancel();
            } else {
                handler.onComplete();
            }
        }

        @Override
        public void onReady() {
            arriving.ifPresent(message -> message.sent(true));
            if (!call.isRefused()) {
                handler.onReady();
            }
        }
    }
}
