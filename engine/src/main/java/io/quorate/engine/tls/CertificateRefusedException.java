package io.quorate.engine.tls;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;

/** A certificate does not pass; the message is a part of a sentence that says which and why. */
public final class CertificateRefusedException extends CertificateException {

    private static final long serialVersionUID = 1;

    private final RefusalReason reason;

    CertificateRefusedException(RefusalReason reason, String sentence) {
        super(sentence, alertOf(reason, sentence));
        this.reason = reason;
    }

    public RefusalReason reason() {
        return reason;
    }

    /** By this the TLS libraries choose the alert that the other side gets: it learns what is wrong with its certificate. */
    private static CertPathValidatorException alertOf(RefusalReason reason, String sentence) {
        BasicReason basic = switch (reason) {
            case EXPIRED -> BasicReason.EXPIRED;
            case NOT_YET_VALID -> BasicReason.NOT_YET_VALID;
            case REVOKED -> BasicReason.REVOKED;
            case NO_CERTIFICATE,
                    UNKNOWN_AUTHORITY,
                    WRONG_NAME,
                    WRONG_USE,
                    NOT_ALLOWED,
                    PLAIN_TEXT,
                    NOTHING_IN_COMMON,
                    REFUSED_BY_THE_OTHER,
                    TOO_SLOW,
                    BROKEN_OFF -> BasicReason.UNSPECIFIED;
        };
        return new CertPathValidatorException(sentence, null, null, -1, basic);
    }
}
