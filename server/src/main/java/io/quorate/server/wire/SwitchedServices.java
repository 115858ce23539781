package io.quorate.server.wire;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * gRPC services that can be taken away and given back while their port stays open: what is behind them is opened anew.
 * Meanwhile each call ends at once with {@code UNAVAILABLE}, upon which clients go to another member. Thread-safe.
 *
 * <p>Calls that began before a switch end with whatever served them.
 */
public final class SwitchedServices {

    private final List<ServerServiceDefinition> definitions;
    private volatile Optional<Map<String, ServerMethodDefinition<?, ?>>> methods = Optional.empty();
    private volatile String reason = "etcdserver: the member is not ready";

    /** @param services tell which methods there will be; whatever serves later has the same */
    public SwitchedServices(List<ServerServiceDefinition> services) {
        this.definitions = services.stream().map(this::switched).toList();
    }

    /** The services to be listened with. */
    public List<ServerServiceDefinition> definitions() {
        return definitions;
    }

    /** From now on these serve. */
    public void serve(List<ServerServiceDefinition> services) {
        Map<String, ServerMethodDefinition<?, ?>> all = new HashMap<>();
        services.forEach(service -> service.getMethods()
                .forEach(method -> all.put(method.getMethodDescriptor().getFullMethodName(), method)));
        methods = Optional.of(Map.copyOf(all));
    }

    /** From now on nobody serves, for a reason that clients are told in one sentence. */
    public void suspend(String why) {
        reason = why;
        methods = Optional.empty();
    }

    /** Whether anybody serves. */
    public boolean isServing() {
        return methods.isPresent();
    }

    private ServerServiceDefinition switched(ServerServiceDefinition service) {
        ServerServiceDefinition.Builder builder = ServerServiceDefinition.builder(service.getServiceDescriptor());
        service.getMethods().forEach(method -> add(builder, method));
        return builder.build();
    }

    private <Q, A> void add(ServerServiceDefinition.Builder builder, ServerMethodDefinition<Q, A> method) {
        String name = method.getMethodDescriptor().getFullMethodName();
        ServerCallHandler<Q, A> handler = (call, headers) -> begin(name, call, headers);
        builder.addMethod(method.getMethodDescriptor(), handler);
    }

    private <Q, A> ServerCall.Listener<Q> begin(String name, ServerCall<Q, A> call, Metadata headers) {
        Optional<ServerMethodDefinition<?, ?>> method = methods.map(all -> all.get(name));
        if (method.isEmpty()) {
            call.close(Status.UNAVAILABLE.withDescription(reason), new Metadata());
            return new ServerCall.Listener<>() {};
        }
        // The method of this name has this call's types: both come from the same descriptor.
        @SuppressWarnings("unchecked")
        ServerMethodDefinition<Q, A> typed = (ServerMethodDefinition<Q, A>) method.get();
        return typed.getServerCallHandler().startCall(call, headers);
    }
}
