package io.quorate.kv;

/** Why a request was refused; each stands for one of etcd's errors, whose text and status code are the server's matter. */
public enum KvError {
    /** "key is not provided". */
    KEY_NOT_PROVIDED,
    /** "key not found": a put that keeps the value or the lease of a key that does not exist, or an empty operation. */
    KEY_NOT_FOUND,
    /** "value is provided" together with ignore_value. */
    VALUE_PROVIDED,
    /** "lease is provided" together with ignore_lease. */
    LEASE_PROVIDED,
    /** "requested lease not found". */
    LEASE_NOT_FOUND,
    /** "lease already exists". */
    LEASE_EXISTS,
    /** "too large lease TTL". */
    LEASE_TTL_TOO_LARGE,
    /** A leader spoke of the leases' time after a later one had taken them over; no client ever asks for that. */
    LEASE_FENCED,
    /** "too many operations in txn request". */
    TOO_MANY_OPERATIONS,
    /** "duplicate key given in txn request". */
    DUPLICATE_KEY,
    /** "mvcc: required revision has been compacted". */
    COMPACTED,
    /** "mvcc: required revision is a future revision". */
    FUTURE_REVISION,
    /** "mvcc: database space exceeded". */
    NO_SPACE,
    /** "corrupt cluster". */
    CORRUPT,
    /** "root user does not exist". */
    ROOT_USER_MISSING,
    /** "root user does not have root role". */
    ROOT_ROLE_MISSING,
    /** "user name already exists". */
    USER_EXISTS,
    /** "user name is empty": also what a client without a token is told. */
    USER_EMPTY,
    /** "user name not found". */
    USER_NOT_FOUND,
    /** "role name already exists". */
    ROLE_EXISTS,
    /** "role name not found". */
    ROLE_NOT_FOUND,
    /** "role name is empty". */
    ROLE_EMPTY,
    /** A user's or role's name is longer than {@link User#MAX_NAME_BYTES}; etcd has no such error. */
    NAME_TOO_LONG,
    /** "authentication failed, invalid user ID or password". */
    AUTH_FAILED,
    /** "permission denied". */
    PERMISSION_DENIED,
    /** "role is not granted to the user". */
    ROLE_NOT_GRANTED,
    /** "permission is not granted to the role". */
    PERMISSION_NOT_GRANTED,
    /** "authentication is not enabled". */
    AUTH_NOT_ENABLED,
    /** "invalid auth management": of the root user or the root role while authentication is enabled. */
    INVALID_AUTH_MANAGEMENT,
    /** "revision of auth store is old": users or roles have changed since the caller was looked up. */
    AUTH_OLD_REVISION,
    /** "invalid auth token": the login was made with a password, or by a user, that is not there any more. */
    INVALID_AUTH_TOKEN,
    /** An operation of the manager that is not on record (any more) was told of; etcd has no operations. */
    OPERATION_NOT_FOUND,
    /** The report of an operation is larger than {@link NoteOperation#MAX_REPORT_BYTES}. */
    REPORT_TOO_LARGE,
    /** The audit log cannot be kept so; {@link AuditSettings#problem} says why. etcd has none. */
    AUDIT_SETTINGS,
    /** The audit log's settings are others than whoever changes them has seen. */
    AUDIT_SETTINGS_CHANGED,
    /** The log holds bytes that are no command this release knows; the entry changed nothing. */
    UNREADABLE_COMMAND
}
