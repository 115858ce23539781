package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Users that are added, log in, and are deleted while their tokens are about. */
final class DeletedUsers {

    private static final long PATIENCE_SECONDS = 20;

    private final Access access;
    private final Ledger ledger;
    private final GatewayAbuses gateway;
    private final AtomicLong next = new AtomicLong();

    DeletedUsers(Access access, Ledger ledger, GatewayAbuses gateway) {
        this.access = access;
        this.ledger = ledger;
        this.gateway = gateway;
    }

    List<Abuse> abuses() {
        return List.of(new Abuse("the token of a deleted user", this::useTokenOfDeletedUser));
    }

    private void useTokenOfDeletedUser(int member) throws Exception {
        if (access.token().isEmpty()) {
            return;
        }
        String name = "user" + next.incrementAndGet();
        try {
            access.addUser(member, name, name);
            String token = access.logIn(member, name);
            expect(member, token, "user without permission", "PERMISSION_DENIED etcdserver: permission denied");
            access.deleteUser(member, name);
            access.auth(member)
                    .roleDelete(AuthRoleDeleteRequest.newBuilder().setRole(name).build());
            expect(member, token, "token of a deleted user", "UNAUTHENTICATED etcdserver: invalid auth token");
            gateway.expectRefused(member, token);
        } catch (StatusRuntimeException e) {
            if (Ledger.isPassing(e)) {
                ledger.pass("token of a deleted user");
            } else {
                ledger.complain("to add and to delete a user: " + Ledger.text(e.getStatus()));
            }
        }
    }

    private void expect(int member, String token, String what, String refusal) {
        try {
            KVGrpc.newBlockingStub(Access.with(access.anonymous(member), token))
                    .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder().setKey(bytes("honest/0")).build());
            ledger.complain(what + ": was served");
        } catch (StatusRuntimeException e) {
            if (Ledger.text(e.getStatus()).equals(refusal)) {
                ledger.count(what, 1);
            } else {
                ledger.expectFailure(what, refusal, e);
            }
        }
    }
}
