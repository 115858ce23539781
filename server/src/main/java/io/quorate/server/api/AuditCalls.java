package io.quorate.server.api;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuditRule;
import io.quorate.kv.AuditSettings;
import io.quorate.kv.ChangeAuditSettings;
import io.quorate.kv.Permission;
import io.quorate.kv.Result;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsRequest;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsResponse;
import io.quorate.server.proto.managerpb.GetAuditSettingsResponse;
import io.quorate.server.proto.managerpb.ListAuditRequest;
import io.quorate.server.proto.managerpb.ListAuditResponse;
import java.util.List;
import java.util.Optional;

/** The calls of our service {@code Manager} that are about the audit log: for root alone, since it tells what all others do. Thread-safe. */
final class AuditCalls {

    /** Some 400 bytes each: less than any client takes in one message. */
    private static final int MAX_IN_ANSWER = 2000;

    private final Clients clients;
    private final Headers headers;

    AuditCalls(Clients clients, Headers headers) {
        this.clients = clients;
        this.headers = headers;
    }

    void list(ListAuditRequest request, StreamObserver<ListAuditResponse> call) {
        int limit = request.getLimit() <= 0 ? MAX_IN_ANSWER : Math.min(request.getLimit(), MAX_IN_ANSWER);
        long from = Math.max(1, request.getFromNumber());
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> store.read(request.getSerializable(), AccessCheck::root, kv -> {
                    // Looked up first: nothing that it speaks of can be missing in what is read then, but what was
                    // given up since.
                    ListAuditResponse.Builder response = ListAuditResponse.newBuilder()
                            .setLastNumber(kv.auditLog().last())
                            .setHead(kv.auditLog().head())
                            .setFirstNumber(kv.auditLog().first());
                    return response.addAllRecords(kv.auditRecords(from, limit)).build();
                }),
                listed ->
                        listed.toBuilder().setHeader(headers.withoutRevision()).build());
    }

    void settings(StreamObserver<GetAuditSettingsResponse> call) {
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> store.read(false, AccessCheck::root, kv -> kv.auditLog().settings()),
                settings -> GetAuditSettingsResponse.newBuilder()
                        .setHeader(headers.withoutRevision())
                        .setSettings(message(settings))
                        .build());
    }

    private static io.quorate.server.proto.managerpb.AuditSettings message(AuditSettings settings) {
        io.quorate.server.proto.managerpb.AuditSettings.Builder message =
                io.quorate.server.proto.managerpb.AuditSettings.newBuilder()
                        .setMaxRecords(settings.maxRecords())
                        .setMaxBytes(settings.maxBytes());
        for (AuditRule rule : settings.rules()) {
            message.addRules(io.quorate.server.proto.managerpb.AuditRule.newBuilder()
                    .setAccess(
                            switch (rule.access()) {
                                case READ -> io.quorate.server.proto.managerpb.AuditRule.Access.READ;
                                case WRITE -> io.quorate.server.proto.managerpb.AuditRule.Access.WRITE;
                                case READWRITE -> io.quorate.server.proto.managerpb.AuditRule.Access.READWRITE;
                            })
                    .setKey(Responses.string(rule.key()))
                    .setRangeEnd(Responses.string(rule.rangeEnd()))
                    .setUser(rule.user()));
        }
        return message.build();
    }

    void change(ChangeAuditSettingsRequest request, StreamObserver<ChangeAuditSettingsResponse> call) {
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> store.require(false, AccessCheck::root)
                        .thenCompose(allowed -> store.changeAudit(change(request))),
                result -> switch (result) {
                    case Result.AuditResult changed ->
                        ChangeAuditSettingsResponse.newBuilder()
                                .setHeader(headers.at(changed.revision()))
                                .build();
                    default -> throw Failures.unexpected(result);
                });
    }

    private static RuntimeException invalid(String problem) {
        return Status.INVALID_ARGUMENT.withDescription("etcdserver: " + problem).asRuntimeException();
    }

    private static ChangeAuditSettings change(ChangeAuditSettingsRequest request) {
        AuditSettings settings = settings(request.getSettings());
        settings.problem().ifPresent(problem -> {
            throw invalid(problem);
        });
        return new ChangeAuditSettings(
                settings, request.hasExpected() ? Optional.of(settings(request.getExpected())) : Optional.empty());
    }

    private static AuditSettings settings(io.quorate.server.proto.managerpb.AuditSettings settings) {
        List<AuditRule> rules =
                settings.getRulesList().stream().map(AuditCalls::rule).toList();
        return new AuditSettings(rules, settings.getMaxRecords(), settings.getMaxBytes());
    }

    private static AuditRule rule(io.quorate.server.proto.managerpb.AuditRule rule) {
        Permission.Access access = switch (rule.getAccess()) {
            case READ -> Permission.Access.READ;
            case WRITE -> Permission.Access.WRITE;
            case READWRITE -> Permission.Access.READWRITE;
            case UNRECOGNIZED -> throw invalid("an audit rule is for reads, writes or both");
        };
        return new AuditRule(access, Requests.bytes(rule.getKey()), Requests.bytes(rule.getRangeEnd()), rule.getUser());
    }
}
