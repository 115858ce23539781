package io.quorate.server.wire;

import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;

/**
 * An error of the etcd v3 API, with the gRPC code and the exact text that etcd's clients know it by: they look the error up by its text.
 *
 * <p>Where releases of etcd differ in the code, it is that of 3.4. Immutable and thread-safe.
 */
public enum EtcdError {
    // Keys and transactions.
    EMPTY_KEY(Code.INVALID_ARGUMENT, "key is not provided"),
    KEY_NOT_FOUND(Code.INVALID_ARGUMENT, "key not found"),
    VALUE_PROVIDED(Code.INVALID_ARGUMENT, "value is provided"),
    LEASE_PROVIDED(Code.INVALID_ARGUMENT, "lease is provided"),
    TOO_MANY_OPS(Code.INVALID_ARGUMENT, "too many operations in txn request"),
    DUPLICATE_KEY(Code.INVALID_ARGUMENT, "duplicate key given in txn request"),
    COMPACTED(Code.OUT_OF_RANGE, "mvcc: required revision has been compacted"),
    FUTURE_REVISION(Code.OUT_OF_RANGE, "mvcc: required revision is a future revision"),
    NO_SPACE(Code.RESOURCE_EXHAUSTED, "mvcc: database space exceeded"),

    // Leases and watches.
    LEASE_NOT_FOUND(Code.NOT_FOUND, "requested lease not found"),
    LEASE_EXISTS(Code.FAILED_PRECONDITION, "lease already exists"),
    LEASE_TTL_TOO_LARGE(Code.OUT_OF_RANGE, "too large lease TTL"),
    WATCH_CANCELED(Code.CANCELLED, "watch canceled"),

    // Membership.
    MEMBER_EXISTS(Code.FAILED_PRECONDITION, "member ID already exist"),
    PEER_URLS_EXIST(Code.FAILED_PRECONDITION, "Peer URLs already exists"),
    TOO_FEW_STARTED_MEMBERS(Code.FAILED_PRECONDITION, "re-configuration failed due to not enough started members"),
    BAD_MEMBER_URLS(Code.INVALID_ARGUMENT, "given member URLs are invalid"),
    MEMBER_NOT_FOUND(Code.NOT_FOUND, "member not found"),
    MEMBER_NOT_LEARNER(Code.FAILED_PRECONDITION, "can only promote a learner member"),
    LEARNER_NOT_READY(Code.FAILED_PRECONDITION, "can only promote a learner member which is in sync with leader"),
    TOO_MANY_LEARNERS(Code.FAILED_PRECONDITION, "too many learner members in cluster"),

    // Limits.
    REQUEST_TOO_LARGE(Code.INVALID_ARGUMENT, "request is too large"),
    TOO_MANY_REQUESTS(Code.RESOURCE_EXHAUSTED, "too many requests"),

    /** Quorate's own: etcd grants any number. */
    TOO_MANY_LEASES(Code.RESOURCE_EXHAUSTED, "too many leases"),

    // Users and roles.
    ROOT_USER_MISSING(Code.FAILED_PRECONDITION, "root user does not exist"),
    ROOT_ROLE_MISSING(Code.FAILED_PRECONDITION, "root user does not have root role"),
    USER_EXISTS(Code.FAILED_PRECONDITION, "user name already exists"),
    USER_EMPTY(Code.INVALID_ARGUMENT, "user name is empty"),
    USER_NOT_FOUND(Code.FAILED_PRECONDITION, "user name not found"),
    ROLE_EXISTS(Code.FAILED_PRECONDITION, "role name already exists"),
    ROLE_NOT_FOUND(Code.FAILED_PRECONDITION, "role name not found"),
    ROLE_EMPTY(Code.INVALID_ARGUMENT, "role name is empty"),
    AUTH_FAILED(Code.INVALID_ARGUMENT, "authentication failed, invalid user ID or password"),
    PERMISSION_DENIED(Code.PERMISSION_DENIED, "permission denied"),
    ROLE_NOT_GRANTED(Code.FAILED_PRECONDITION, "role is not granted to the user"),
    PERMISSION_NOT_GRANTED(Code.FAILED_PRECONDITION, "permission is not granted to the role"),
    AUTH_NOT_ENABLED(Code.FAILED_PRECONDITION, "authentication is not enabled"),
    INVALID_AUTH_TOKEN(Code.UNAUTHENTICATED, "invalid auth token"),
    INVALID_AUTH_MANAGEMENT(Code.INVALID_ARGUMENT, "invalid auth management"),
    AUTH_OLD_REVISION(Code.INVALID_ARGUMENT, "revision of auth store is old"),

    // The state of the cluster and of this member.
    NO_LEADER(Code.UNAVAILABLE, "no leader"),
    NOT_LEADER(Code.FAILED_PRECONDITION, "not leader"),
    LEADER_CHANGED(Code.UNAVAILABLE, "leader changed"),
    NOT_CAPABLE(Code.UNAVAILABLE, "not capable"),
    STOPPED(Code.UNAVAILABLE, "server stopped"),
    TIMEOUT(Code.UNAVAILABLE, "request timed out"),
    TIMEOUT_LEADER_FAILURE(Code.UNAVAILABLE, "request timed out, possibly due to previous leader failure"),
    TIMEOUT_CONNECTION_LOST(Code.UNAVAILABLE, "request timed out, possibly due to connection lost"),
    TIMEOUT_WAITING_FOR_APPLIED_INDEX(
            Code.UNAVAILABLE, "request timed out, waiting for the applied index took too long"),
    UNHEALTHY(Code.UNAVAILABLE, "unhealthy cluster"),
    CORRUPT(Code.DATA_LOSS, "corrupt cluster"),
    NOT_SUPPORTED_FOR_LEARNER(Code.UNAVAILABLE, "rpc not supported for learner"),
    /** Quorate's own. */
    NOT_SUPPORTED_FOR_WITNESS(Code.UNAVAILABLE, "this member is a witness and holds no data, ask another member"),
    BAD_LEADER_TRANSFEREE(Code.FAILED_PRECONDITION, "bad leader transferee"),

    /** Quorate's own: etcd says that the request timed out, and leaves open whether it was carried out. */
    LEADER_TRANSFEREE_NOT_READY(
            Code.FAILED_PRECONDITION, "leader transferee has not caught up, the leadership was not transferred"),

    // Known to later releases than 3.4 only.
    INVALID_CLIENT_API_VERSION(Code.INVALID_ARGUMENT, "invalid client api version"),
    INVALID_SORT_OPTION(Code.INVALID_ARGUMENT, "invalid sort option"),
    CLUSTER_ID_MISMATCH(Code.FAILED_PRECONDITION, "cluster ID mismatch"),
    PERMISSION_NOT_GIVEN(Code.INVALID_ARGUMENT, "permission not given"),
    DOWNGRADE_VERSION_FORMAT(Code.INVALID_ARGUMENT, "wrong downgrade target version format"),
    DOWNGRADE_VERSION_INVALID(Code.INVALID_ARGUMENT, "invalid downgrade target version"),
    DOWNGRADE_CLUSTER_VERSION_MISSING(Code.FAILED_PRECONDITION, "cluster version not found during downgrade"),
    DOWNGRADE_IN_PROGRESS(Code.FAILED_PRECONDITION, "cluster has a downgrade job in progress"),
    NO_INFLIGHT_DOWNGRADE(Code.FAILED_PRECONDITION, "no inflight downgrade job"),
    REQUEST_CANCELED(Code.CANCELLED, "request canceled"),
    DEADLINE_EXCEEDED(Code.DEADLINE_EXCEEDED, "context deadline exceeded");

    private final String message;

    @SuppressWarnings("ImmutableEnumChecker") // Status is immutable; it only lacks the annotation.
    private final Status status;

    EtcdError(Code code, String text) {
        this.message = "etcdserver: " + text;
        this.status = code.toStatus().withDescription(message);
    }

    /** The gRPC status that goes over the wire. */
    public Status status() {
        return status;
    }

    /** The text of the status, with its prefix {@code "etcdserver: "}. */
    public String message() {
        return message;
    }

    /**
     * A new exception to end a call with. It has no stack trace: such an error says something about the request, not about the code, and an
     * overloaded member answers many of them.
     */
    public StatusRuntimeException exception() {
        return InternalStatus.asRuntimeExceptionWithoutStacktrace(status, new Metadata());
    }
}
