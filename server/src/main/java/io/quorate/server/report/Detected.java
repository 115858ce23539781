package io.quorate.server.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a member has noticed of attacks, or of what looks like one. Immutable; a part of {@link MemberReport}.
 *
 * @param signs what was detected since its process began, each with who did it
 * @param failedLogins those of the last hour, by where they came from; the most first, and no more than people read
 * @param wrongPasswords how many passwords were wrong in the last hour, of all
 * @param limitedLogins how many logins were refused unseen in the last hour, since too many had been wrong
 */
public record Detected(List<Sign> signs, List<FailedLogin> failedLogins, long wrongPasswords, long limitedLogins) {

    public Detected {
        signs = List.copyOf(signs);
        failedLogins = List.copyOf(failedLogins);
    }

    /**
     * Everything of one kind that one has done.
     *
     * @param kind as the metrics name it; another release may know others
     * @param source who it was, as far as that is known
     * @param what it was the last time, as a part of a sentence whose subject is the source
     * @param firstMillis since 1970
     * @param lastMillis since 1970
     */
    public record Sign(String kind, String source, long count, String what, long firstMillis, long lastMillis) {

        public Sign {
            Objects.requireNonNull(kind);
            Objects.requireNonNull(source);
            Objects.requireNonNull(what);
        }
    }

    /**
     * What failed of one user from one address in the last hour.
     *
     * @param user empty if the name is no user's: it may be a password that was typed in the wrong place
     * @param limited how many were refused unseen
     * @param lastMillis since 1970
     */
    public record FailedLogin(String address, Optional<String> user, long wrong, long limited, long lastMillis) {

        public FailedLogin {
            Objects.requireNonNull(address);
            user = Objects.requireNonNullElse(user, Optional.empty());
        }
    }
}
