package io.quorate.server.auth;

import io.grpc.InternalStatus;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.engine.tls.PrintableText;
import io.quorate.engine.transport.RateLimitedLog;
import io.quorate.kv.AuthState;
import io.quorate.server.auth.LoginLimits.Attempt;
import io.quorate.server.auth.LoginLimits.Refusal;
import io.quorate.server.auth.LoginListener.Outcome;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Finds out whether a client knows the password of the user that it says it is, as often as the limits allow. Thread-safe. */
public final class Logins {

    private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

    private final Passwords passwords;
    private final Optional<LoginLimits> limits;
    private final LoginListener listener;
    private final RateLimitedLog log;

    /**
     * @param limits empty: anybody may guess as fast as passwords can be compared
     * @param lines where it is logged that logins are refused
     * @param nanoTime a monotonic clock, for the log
     */
    public Logins(
            Passwords passwords,
            Optional<LoginLimits> limits,
            LoginListener listener,
            Consumer<String> lines,
            LongSupplier nanoTime) {
        this.passwords = passwords;
        this.limits = limits;
        this.listener = listener;
        this.log = new RateLimitedLog(lines, LOG_INTERVAL, nanoTime);
    }

    /** A client that wants to log in. */
    public record Request(String user, String password, ClientAddress from) {

        /** Says nothing of the password. */
        @Override
        public String toString() {
            return "Request[" + user + ", from=" + from.text() + "]";
        }
    }

    /**
     * Refuses what need not be compared, at next to no cost. Nothing of it depends on who is a user.
     *
     * @param auth to tell in the log who is meant
     * @throws StatusRuntimeException with what the client is told
     */
    public void precheck(AuthState auth, Request request) {
        if (request.password().getBytes(StandardCharsets.UTF_8).length > Passwords.MAX_COMPARED_BYTES) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("etcdserver: the password has more than " + Passwords.MAX_COMPARED_BYTES
                            + " bytes, and no user's has so many")
                    .asRuntimeException();
        }
        requireWithinLimits(auth, request, attempt(request));
    }

    private static Attempt attempt(Request request) {
        return Attempt.of(request.user(), request.from());
    }

    /** Whether the password is right; fails with what the client is told if it was not looked at. */
    public CompletableFuture<Boolean> isRight(AuthState auth, Request request) {
        Attempt attempt = attempt(request);
        return passwords.isOf(auth, request.user(), request.password(), new Passwords.Guard() {
            // Others may have been wrong while this one waited.
            @Override
            public void mayCompare() {
                requireWithinLimits(auth, request, attempt);
            }

            @Override
            public void compared(boolean right) {
                tell(right ? Outcome.RIGHT : Outcome.WRONG, auth, request);
                if (!right) {
                    limits.ifPresent(of -> of.wrong(attempt));
                }
            }
        });
    }

    private void tell(Outcome outcome, AuthState auth, Request request) {
        Optional<String> user = auth.user(request.user()).map(known -> PrintableText.of(request.user()));
        listener.tried(outcome, request.from(), user);
    }

    private void requireWithinLimits(AuthState auth, Request request, Attempt attempt) {
        Optional<Refusal> refusal = limits.flatMap(of -> of.judge(attempt));
        if (refusal.isPresent()) {
            tell(Outcome.LIMITED, auth, request);
            log.line(line(refusal.get(), auth, request));
            throw told(refusal.get());
        }
    }

    /** A name that is no user's may be a password that was typed in the wrong place. */
    private static String line(Refusal refusal, AuthState auth, Request request) {
        String user = auth.user(request.user()).isPresent()
                ? "the user \"" + PrintableText.of(request.user()) + "\""
                : "a name that is no user's";
        String of = switch (refusal.scope()) {
            case USER_FROM_ADDRESS -> "for " + user + " from " + request.from().text();
            case ADDRESS -> "from " + request.from().text();
            case USER ->
                "for " + user + " from many addresses, now " + request.from().text();
        };
        return "A login is refused, since too many passwords were wrong " + of + "; it may be tried again in "
                + seconds(refusal.pause()) + " s";
    }

    private static StatusRuntimeException told(Refusal refusal) {
        String of = switch (refusal.scope()) {
            case USER_FROM_ADDRESS -> "for this user from your address";
            case ADDRESS -> "from your address";
            case USER -> "for this user from many addresses";
        };
        // Without a stack trace, as all that is told to many.
        return InternalStatus.asRuntimeExceptionWithoutStacktrace(
                Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many passwords were wrong " + of + "; wait "
                        + seconds(refusal.pause()) + " s and try again"),
                new Metadata());
    }

    /** Rounded up: whoever waits so long need not wait again. */
    private static long seconds(Duration pause) {
        return pause.plusSeconds(1).minusNanos(1).toSeconds();
    }
}
