package io.quorate.server;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import io.quorate.server.proto.authpb.Permission;
import io.quorate.server.proto.etcdserverpb.AuthDisableRequest;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleGrantPermissionRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import java.util.concurrent.TimeUnit;

/** Adds users and logs them in, through one member. */
final class Users {

    private static final long PATIENCE_SECONDS = 30;
    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final Channel channel;

    Users(Channel channel) {
        this.channel = channel;
    }

    AuthGrpc.AuthBlockingStub stub() {
        return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    void add(String name, String password, String... roles) {
        stub().userAdd(AuthUserAddRequest.newBuilder()
                .setName(name)
                .setPassword(password)
                .build());
        for (String role : roles) {
            grant(name, role);
        }
    }

    void grant(String user, String role) {
        stub().userGrantRole(AuthUserGrantRoleRequest.newBuilder()
                .setUser(user)
                .setRole(role)
                .build());
    }

    void addRole(String name, Permission.Type type, String key, String rangeEnd) {
        stub().roleAdd(AuthRoleAddRequest.newBuilder().setName(name).build());
        allow(name, type, key, rangeEnd);
    }

    void allow(String role, Permission.Type type, String key, String rangeEnd) {
        stub().roleGrantPermission(AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(Permission.newBuilder()
                        .setPermType(type)
                        .setKey(ByteString.copyFromUtf8(key))
                        .setRangeEnd(ByteString.copyFromUtf8(rangeEnd)))
                .build());
    }

    void enable() {
        stub().authEnable(AuthEnableRequest.getDefaultInstance());
    }

    void disable() {
        stub().authDisable(AuthDisableRequest.getDefaultInstance());
    }

    String logIn(String name, String password) {
        return stub().authenticate(AuthenticateRequest.newBuilder()
                        .setName(name)
                        .setPassword(password)
                        .build())
                .getToken();
    }

    /** The same channel, for a client that shows a token. */
    static Channel with(Channel channel, String token) {
        Metadata metadata = new Metadata();
        metadata.put(TOKEN, token);
        return ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
    }
}
