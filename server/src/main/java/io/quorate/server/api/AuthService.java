package io.quorate.server.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import io.quorate.kv.AccessCheck;
import io.quorate.kv.AuthChange;
import io.quorate.kv.AuthState;
import io.quorate.kv.Bytes;
import io.quorate.kv.KvError;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.Role;
import io.quorate.kv.User;
import io.quorate.server.auth.Logins;
import io.quorate.server.auth.Passwords;
import io.quorate.server.auth.Tokens;
import io.quorate.server.proto.etcdserverpb.AuthDisableRequest;
import io.quorate.server.proto.etcdserverpb.AuthDisableResponse;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthEnableResponse;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleDeleteResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleListRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleListResponse;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleRevokePermissionResponse;
import io.quorate.server.proto.etcdserverpb.AuthStatusRequest;
import io.quorate.server.proto.etcdserverpb.AuthStatusResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserChangePasswordResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserDeleteResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGetResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListResponse;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserRevokeRoleResponse;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateResponse;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.wire.EtcdError;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** etcd's service {@code Auth}: users, their roles, and how they log in. Thread-safe. */
public final class AuthService extends AuthGrpc.AuthImplBase {

    /** Users and roles may change while a password is compared; who administers them does not do so all the time. */
    private static final int MAX_ATTEMPTS = 10;

    private final Clients clients;
    private final Passwords passwords;
    private final Logins logins;
    private final Tokens tokens;
    private final Headers headers;

    public AuthService(Clients clients, Passwords passwords, Logins logins, Tokens tokens, Headers headers) {
        this.clients = clients;
        this.passwords = passwords;
        this.logins = logins;
        this.tokens = tokens;
        this.headers = headers;
    }

    // ---- Who somebody is.

    @Override
    public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> call) {
        ClientStore store = clients.current();
        Logins.Request who = new Logins.Request(request.getName(), request.getPassword(), Connections.address());
        Answers.send(
                call,
                () -> onRecord(store, who, () -> {
                    requireShort(request.getName());
                    logins.precheck(store.authNow(), who);
                    return logIn(store, who, 1);
                }),
                response -> response);
    }

    /** Whoever is let in is so once that is on record. */
    private static CompletableFuture<AuthenticateResponse> onRecord(
            ClientStore store, Logins.Request who, Supplier<CompletableFuture<AuthenticateResponse>> login) {
        CompletableFuture<AuthenticateResponse> tried;
        try {
            tried = login.get();
        } catch (RuntimeException e) {
            tried = CompletableFuture.failedFuture(e);
        }
        return tried.whenComplete((response, failure) -> noteIfRefused(store, who, failure))
                .thenCompose(response -> store.noteLogin(who.user()).thenApply(onRecord -> response));
    }

    /** Only if somebody was not let in for what it has shown: that this member cannot tell for now says nothing of anybody. */
    private static void noteIfRefused(ClientStore store, Logins.Request who, @Nullable Throwable failure) {
        if (failure != null) {
            Status status = Failures.of(failure).getStatus();
            if (status.getCode() == Status.Code.INVALID_ARGUMENT
                    || status.getCode() == Status.Code.RESOURCE_EXHAUSTED) {
                store.noteFailedLogin(who.user(), String.valueOf(status.getDescription()));
            }
        }
    }

    /** Anybody may try; what was compared counts only if it is still so when the login stands in the log. */
    private CompletableFuture<AuthenticateResponse> logIn(ClientStore store, Logins.Request who, int attempt) {
        return store.anybodys(MvccStore::auth)
                .thenCompose(auth -> checked(auth, who))
                .thenCompose(authRevision -> tokens.issue(who.user(), authRevision))
                .thenCompose(token -> store.anybodys(kv -> AuthenticateResponse.newBuilder()
                        .setHeader(headers.at(kv.currentRevision()))
                        .setToken(token)
                        .build()))
                .exceptionallyCompose(failure -> attempt < MAX_ATTEMPTS && isOutdated(failure)
                        ? logIn(store, who, attempt + 1)
                        : CompletableFuture.failedFuture(failure));
    }

    private static boolean isOutdated(Throwable failure) {
        return EtcdError.AUTH_OLD_REVISION
                .message()
                .equals(Failures.of(failure).getStatus().getDescription());
    }

    /** The revision of users and roles at which the password was right. */
    private CompletableFuture<Long> checked(AuthState auth, Logins.Request who) {
        if (!auth.isEnabled()) {
            throw EtcdError.AUTH_NOT_ENABLED.exception();
        }
        return logins.isRight(auth, who).thenApply(right -> {
            if (!right) {
                throw EtcdError.AUTH_FAILED.exception();
            }
            return auth.revision();
        });
    }

    // ---- Whether anybody asks.

    @Override
    public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> call) {
        change(
                call,
                new AuthChange.Enable(),
                header -> AuthEnableResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void authDisable(AuthDisableRequest request, StreamObserver<AuthDisableResponse> call) {
        change(
                call,
                new AuthChange.Disable(),
                header -> AuthDisableResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> call) {
        look(
                call,
                AccessCheck::root,
                (kv, header) -> AuthStatusResponse.newBuilder()
                        .setHeader(header)
                        .setEnabled(kv.auth().isEnabled())
                        .setAuthRevision(kv.auth().revision())
                        .build());
    }

    // ---- Users.

    /** The password is hashed before anything is proposed: only the hash stands in the log. */
    @Override
    public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> call) {
        boolean passwordless = request.getOptions().getNoPassword();
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> {
                    if (request.getName().isEmpty()) {
                        throw EtcdError.USER_EMPTY.exception();
                    }
                    requireShort(request.getName());
                    return passwordless
                            ? store.write(new AuthChange.AddUser(request.getName(), Bytes.empty(), true))
                            : hashed(store, request.getPassword())
                                    .thenCompose(hash ->
                                            store.write(new AuthChange.AddUser(request.getName(), hash, false)));
                },
                result -> AuthUserAddResponse.newBuilder()
                        .setHeader(header(result))
                        .build());
    }

    @Override
    public void userChangePassword(
            AuthUserChangePasswordRequest request, StreamObserver<AuthUserChangePasswordResponse> call) {
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> hashed(store, request.getPassword())
                        .thenCompose(hash -> store.write(new AuthChange.ChangePassword(request.getName(), hash))),
                result -> AuthUserChangePasswordResponse.newBuilder()
                        .setHeader(header(result))
                        .build());
    }

    /** Whoever may not change users does not keep this member busy with hashing. */
    private CompletableFuture<Bytes> hashed(ClientStore store, String password) {
        if (password.getBytes(StandardCharsets.UTF_8).length > Passwords.MAX_PASSWORD_BYTES) {
            throw tooLong();
        }
        return store.requireNow(AccessCheck::root).thenCompose(allowed -> passwords.hash(password));
    }

    private static StatusRuntimeException tooLong() {
        return Status.INVALID_ARGUMENT
                .withDescription("etcdserver: the password has more than " + Passwords.MAX_PASSWORD_BYTES
                        + " bytes, of which the rest would not count; choose a shorter one")
                .asRuntimeException();
    }

    @Override
    public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> call) {
        look(call, access -> access.userDetails(request.getName()), (kv, header) -> {
            User user = kv.auth().user(request.getName()).orElseThrow(EtcdError.USER_NOT_FOUND::exception);
            return AuthUserGetResponse.newBuilder()
                    .setHeader(header)
                    .addAllRoles(user.roles())
                    .build();
        });
    }

    @Override
    public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> call) {
        look(
                call,
                AccessCheck::root,
                (kv, header) -> AuthUserListResponse.newBuilder()
                        .setHeader(header)
                        .addAllUsers(names(kv.auth().users(), User::name))
                        .build());
    }

    @Override
    public void userDelete(AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> call) {
        change(
                call,
                new AuthChange.DeleteUser(request.getName()),
                header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userGrantRole(AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> call) {
        change(
                call,
                new AuthChange.GrantRole(request.getUser(), request.getRole()),
                header ->
                        AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void userRevokeRole(AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> call) {
        change(
                call,
                new AuthChange.RevokeRole(request.getName(), request.getRole()),
                header -> AuthUserRevokeRoleResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    // ---- Roles.

    @Override
    public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> call) {
        change(
                call,
                () -> {
                    requireShort(request.getName());
                    return new AuthChange.AddRole(request.getName());
                },
                header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> call) {
        look(call, access -> access.roleDetails(request.getRole()), (kv, header) -> {
            Role role = kv.auth().role(request.getRole()).orElseThrow(EtcdError.ROLE_NOT_FOUND::exception);
            return AuthRoleGetResponse.newBuilder()
                    .setHeader(header)
                    .addAllPerm(role.permissions().stream()
                            .map(Responses::permission)
                            .toList())
                    .build();
        });
    }

    @Override
    public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> call) {
        look(
                call,
                AccessCheck::root,
                (kv, header) -> AuthRoleListResponse.newBuilder()
                        .setHeader(header)
                        .addAllRoles(names(kv.auth().roles(), Role::name))
                        .build());
    }

    @Override
    public void roleDelete(AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> call) {
        change(
                call,
                new AuthChange.DeleteRole(request.getRole()),
                header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
    }

    @Override
    public void roleGrantPermission(
            AuthRoleGrantPermissionRequest request, StreamObserver<AuthRoleGrantPermissionResponse> call) {
        change(
                call,
                () -> {
                    if (!request.hasPerm()) {
                        throw EtcdError.PERMISSION_NOT_GIVEN.exception();
                    }
                    return new AuthChange.GrantPermission(request.getName(), Requests.permission(request.getPerm()));
                },
                header -> AuthRoleGrantPermissionResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    @Override
    public void roleRevokePermission(
            AuthRoleRevokePermissionRequest request, StreamObserver<AuthRoleRevokePermissionResponse> call) {
        change(
                call,
                new AuthChange.RevokePermission(
                        request.getRole(), Requests.bytes(request.getKey()), Requests.bytes(request.getRangeEnd())),
                header -> AuthRoleRevokePermissionResponse.newBuilder()
                        .setHeader(header)
                        .build());
    }

    // ---- How all of them are answered.

    private <R> void change(StreamObserver<R> call, AuthChange change, Function<ResponseHeader, R> response) {
        change(call, () -> change, response);
    }

    private <R> void change(StreamObserver<R> call, Supplier<AuthChange> change, Function<ResponseHeader, R> response) {
        ClientStore store = clients.current();
        Answers.send(call, () -> store.write(change.get()), result -> response.apply(header(result)));
    }

    /** Refused before it is proposed, so that the log has no room for it, and when it is applied, whoever proposed it. */
    private static void requireShort(String name) {
        if (User.isTooLong(name)) {
            throw Failures.of(KvError.NAME_TOO_LONG);
        }
    }

    private ResponseHeader header(Result result) {
        return switch (result) {
            case Result.AuthResult changed -> headers.at(changed.revision());
            default -> throw Failures.unexpected(result);
        };
    }

    private interface Look<R> {
        R at(MvccStore kv, ResponseHeader header);
    }

    private <R> void look(StreamObserver<R> call, ClientStore.Demand demand, Look<R> look) {
        ClientStore store = clients.current();
        Answers.send(
                call,
                () -> store.read(false, demand, kv -> look.at(kv, headers.at(kv.currentRevision()))),
                response -> response);
    }

    private static <T> List<String> names(List<T> all, Function<T, String> name) {
        return all.stream().map(name).toList();
    }
}
