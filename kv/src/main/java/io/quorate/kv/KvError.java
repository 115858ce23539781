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
    /** The log holds bytes that are no command this release knows; the entry changed nothing. */
    UNREADABLE_COMMAND
}
