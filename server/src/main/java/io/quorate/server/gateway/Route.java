package io.quorate.server.gateway;

import com.google.api.AnnotationsProto;
import com.google.api.HttpRule;
import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The RPC behind a path. Immutable.
 *
 * @param method the RPC
 * @param request what an empty body stands for
 */
record Route(MethodDescriptor<Message, Message> method, Message request) {

    /** The routes to all RPCs whose {@code google.api.http} option gives paths, by these. */
    static Map<String, Route> of(List<ServerServiceDefinition> services) {
        Map<String, Route> routes = new HashMap<>();
        for (ServerServiceDefinition service : services) {
            for (MethodDescriptor<?, ?> method : service.getServiceDescriptor().getMethods()) {
                paths(method).forEach(path -> {
                    if (routes.put(path, of(method)) != null) {
                        throw new IllegalArgumentException("two RPCs have the path " + path);
                    }
                });
            }
        }
        return Map.copyOf(routes);
    }

    private static List<String> paths(MethodDescriptor<?, ?> method) {
        if (!(method.getSchemaDescriptor() instanceof ProtoMethodDescriptorSupplier schema)) {
            return List.of();
        }
        HttpRule rule = schema.getMethodDescriptor().getOptions().getExtension(AnnotationsProto.http);
        return Stream.concat(Stream.of(rule), rule.getAdditionalBindingsList().stream())
                .map(HttpRule::getPost)
                .filter(path -> !path.isEmpty())
                .toList();
    }

    /** The messages of a method that was generated from a .proto file are protobuf's. */
    @SuppressWarnings("unchecked")
    private static Route of(MethodDescriptor<?, ?> method) {
        var marshaller = (PrototypeMarshaller<?>) method.getRequestMarshaller();
        return new Route((MethodDescriptor<Message, Message>) method, (Message) marshaller.getMessagePrototype());
    }

    /** Whether a client may send any number of messages, rather than one. */
    boolean takesMany() {
        return !method.getType().clientSendsOneMessage();
    }

    /** Whether any number of messages may come back, rather than one. */
    boolean answersMany() {
        return !method.getType().serverSendsOneMessage();
    }
}
