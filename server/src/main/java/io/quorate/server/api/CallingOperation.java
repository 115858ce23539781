package io.quorate.server.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.quorate.server.members.MemberChange;
import java.util.Optional;

/**
 * The operation of the manager that a call is a step of, as its caller says in the header {@code quorate-operation}: the change of
 * members that it asks for is then refused once another operation has broken that one off. etcd's clients say nothing, and are served
 * as ever.
 *
 * @param number of the operation; empty if the call is not a step of any
 */
public record CallingOperation(Optional<Long> number) {

    /** Its number, as decimal digits. */
    public static final Metadata.Key<String> FIELD =
            Metadata.Key.of("quorate-operation", Metadata.ASCII_STRING_MARSHALLER);

    private static final Context.Key<Long> NUMBER = Context.key("operation");

    /** Notes by which operation each call is made. */
    public static final class Interceptor implements ServerInterceptor {

        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
            String digits = metadata.get(FIELD);
            if (digits == null) {
                return next.startCall(call, metadata);
            }
            try {
                return Contexts.interceptCall(
                        Context.current().withValue(NUMBER, Long.parseUnsignedLong(digits)), call, metadata, next);
            } catch (NumberFormatException e) {
                call.close(
                        Status.INVALID_ARGUMENT.withDescription(
                                "etcdserver: the header " + FIELD.name() + " is no operation's number"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
    }

    /** Of the call that is under way on this thread; to be asked for before anything goes on elsewhere. */
    static CallingOperation current() {
        return new CallingOperation(Optional.ofNullable(NUMBER.get()));
    }

    /** What the call asks for, as a step of the operation, if it is one. */
    MemberChange step(MemberChange change) {
        return number.<MemberChange>map(known -> new MemberChange.Step(known, change))
                .orElse(change);
    }
}
