package io.quorate.engine.tls;

/** Why a TLS connection was refused, by this side or by the other. */
public enum RefusalReason {
    NO_CERTIFICATE,
    UNKNOWN_AUTHORITY,
    EXPIRED,
    NOT_YET_VALID,
    REVOKED,

    /** The certificate is good, and not that of the one who should be there. */
    WRONG_NAME,

    /** The certificate is not made for what it is used for. */
    WRONG_USE,

    /** The certificate is good, and its holder is not among those that are let in. */
    NOT_ALLOWED,

    /** The other side does not speak TLS. */
    PLAIN_TEXT,

    /** No version or cipher suite is common to both. */
    NOTHING_IN_COMMON,

    /** The other side did not like what it was shown. */
    REFUSED_BY_THE_OTHER,

    /** The handshake did not end in time. */
    TOO_SLOW,
    BROKEN_OFF
}
