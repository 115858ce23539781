package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.AuthState;
import io.quorate.kv.User;
import io.quorate.server.auth.LoginListener.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Passwords are compared as often as the limits allow, and nobody learns which users there are; in virtual time. */
class LoginsTest {

    private static final int CHEAP = 4;
    private static final String LONG_PASSWORD = "0123456789".repeat(7) + "01";

    private final AtomicLong now = new AtomicLong();
    private final List<Outcome> outcomes = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final Passwords passwords = new Passwords("test", CHEAP);
    private final Logins logins =
            new Logins(passwords, Optional.of(new LoginLimits(now::get)), outcomes::add, lines::add, now::get);
    private final AuthState auth = AuthState.of(
            true,
            2,
            Map.of(
                    "alice", user("alice", "secret"),
                    "long", user("long", LONG_PASSWORD),
                    "certified", new User("certified", io.quorate.kv.Bytes.empty(), true, 1, List.of())),
            Map.of());

    private User user(String name, String password) {
        return new User(name, passwords.hash(password).join(), false, 1, List.of());
    }

    @AfterEach
    void close() {
        passwords.close();
    }

    private static Logins.Request request(String user, String password) {
        return new Logins.Request(user, password, new ClientAddress("10.0.0.9"));
    }

    private boolean logIn(String user, String password) {
        Logins.Request request = request(user, password);
        logins.precheck(auth, request);
        return logins.isRight(auth, request).join();
    }

    private Status refusal(String user, String password) {
        try {
            logIn(user, password);
        } catch (StatusRuntimeException e) {
            return e.getStatus();
        }
        throw new AssertionError("it was looked at");
    }

    @Test
    void aRightPasswordIsRightAndNobodyIsAnybodyWithoutOne() {
        assertThat(logIn("alice", "secret")).isTrue();
        assertThat(logIn("alice", "secres")).isFalse();
        assertThat(logIn("nobody", "secret")).isFalse();
        assertThat(logIn("certified", "")).isFalse();
        assertThat(outcomes).containsExactly(Outcome.RIGHT, Outcome.WRONG, Outcome.WRONG, Outcome.WRONG);
    }

    @Test
    void tooManyWrongPasswordsAreRefusedWithTheTimeToWaitWhoeverIsMeant() {
        for (String user : List.of("alice", "nobody")) {
            for (int i = 0; i < 5; i++) {
                assertThat(logIn(user, "wrong" + i)).isFalse();
            }
            Status refusal = refusal(user, "secret");
            assertThat(refusal.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
            assertThat(refusal.getDescription())
                    .isEqualTo("etcdserver: too many passwords were wrong for this user from your address;"
                            + " wait 10 s and try again");
        }
        now.addAndGet(Duration.ofMillis(9_001).toNanos());
        assertThat(refusal("alice", "secret").getDescription()).contains("wait 1 s");
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(logIn("alice", "secret")).isTrue();
    }

    @Test
    void ofManyGuessesThatWaitTogetherNoMoreAreLookedAtThanOfThoseThatComeOneByOne() {
        List<CompletableFuture<Boolean>> guesses = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            guesses.add(logins.isRight(auth, request("alice", i == 99 ? "secret" : "wrong" + i)));
        }
        for (int i = 0; i < 100; i++) {
            CompletableFuture<Boolean> guess = guesses.get(i);
            if (i < 5) {
                assertThat(guess.join()).isFalse();
            } else {
                assertThatThrownBy(guess::join)
                        .isInstanceOf(CompletionException.class)
                        .hasMessageContaining("too many passwords were wrong");
            }
        }
        assertThat(outcomes.stream().filter(Outcome.WRONG::equals)).hasSize(5);
        assertThat(outcomes.stream().filter(Outcome.LIMITED::equals)).hasSize(95);
    }

    @Test
    void refusalsAreLoggedOnceInAWhileAndNamesThatAreNoUsersAreNot() {
        for (int i = 0; i < 5; i++) {
            logIn("alice", "wrong");
            logIn("my-password", "x");
        }
        for (int i = 0; i < 20; i++) {
            refusal("alice", "secret");
        }
        assertThat(lines)
                .containsExactly("A login is refused, since too many passwords were wrong for the user \"alice\""
                        + " from 10.0.0.9; it may be tried again in 10 s");
        now.addAndGet(Duration.ofMillis(9_999).toNanos());
        refusal("my-password", "x");
        assertThat(lines).hasSize(1);
        now.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(logIn("my-password", "x")).isFalse();
        refusal("my-password", "x");
        assertThat(lines)
                .hasSize(2)
                .last()
                .asString()
                .contains("for a name that is no user's from 10.0.0.9")
                .contains("and 20 more")
                .doesNotContain("my-password");
    }

    @Test
    void aPasswordLongerThanAnyUsersIsRefusedUnseen() {
        for (String user : List.of("alice", "nobody")) {
            Status refusal = refusal(user, "x".repeat(1 << 20));
            assertThat(refusal.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
            assertThat(refusal.getDescription())
                    .isEqualTo("etcdserver: the password has more than 1024 bytes, and no user's has so many");
        }
        assertThat(outcomes).isEmpty();
    }

    /** Users that come from etcd may have such a password; it was not looked at as a whole there either. */
    @Test
    void ofALongPasswordTheFirst72BytesAreComparedAsInEtcd() {
        assertThat(logIn("long", LONG_PASSWORD)).isTrue();
        assertThat(logIn("long", LONG_PASSWORD + "and what follows")).isTrue();
        assertThat(logIn("long", LONG_PASSWORD.substring(1))).isFalse();
    }

    /** At its own cost of 2^31, one comparison would take days. */
    @Test
    void whoIsNobodyIsComparedAtTheCostThatUsersHave() {
        try (Passwords costly = new Passwords("test", 31)) {
            Logins here = new Logins(costly, Optional.empty(), outcomes::add, lines::add, now::get);
            for (String name : List.of("nobody", "nobody else", "certified")) {
                assertThat(here.isRight(auth, request(name, "secret")).join()).isFalse();
            }
        }
    }

    @Test
    void withoutLimitsEveryPasswordIsLookedAt() {
        Logins unlimited = new Logins(passwords, Optional.empty(), outcomes::add, lines::add, now::get);
        for (int i = 0; i < 100; i++) {
            assertThat(unlimited.isRight(auth, request("alice", "wrong")).join())
                    .isFalse();
        }
        assertThat(unlimited.isRight(auth, request("alice", "secret")).join()).isTrue();
    }

    /** A name that is no user's may be a password that was typed in the wrong place. */
    @Test
    void whoHasTriedIsToldAndNoNameThatIsNoUsers() {
        List<String> told = new CopyOnWriteArrayList<>();
        LoginListener listener = new LoginListener() {
            @Override
            public void tried(Outcome outcome) {
                throw new AssertionError("somebody is known");
            }

            @Override
            public void tried(Outcome outcome, ClientAddress from, Optional<String> user) {
                told.add(outcome + " " + from.text() + " " + user.orElse("-"));
            }
        };
        Logins here = new Logins(passwords, Optional.of(new LoginLimits(now::get)), listener, lines::add, now::get);
        for (Logins.Request request : List.of(
                request("alice", "secret"), request("alice", "wrong"), request("my secret password", "wrong"))) {
            here.isRight(auth, request).join();
        }
        assertThat(told).containsExactly("RIGHT 10.0.0.9 alice", "WRONG 10.0.0.9 alice", "WRONG 10.0.0.9 -");
    }
}
