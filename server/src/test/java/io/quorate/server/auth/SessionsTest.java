package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuthChange;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Result;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A login is remembered as long as it is used, and as long as the user is who has logged in. */
class SessionsTest {

    private static final Duration TTL = Duration.ofMinutes(5);

    /** Of users and roles at the login, and when the caller is looked up. */
    private static final long LOGIN = 7;

    private static final long NOW = 9;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final Sessions sessions = new Sessions(TTL, now::get);

    private static Bytes hash(String token) {
        return Bytes.utf8(token);
    }

    private void logIn(String user, String token, long index) {
        sessions.applied(List.of(new Result.LoginResult(1, user, hash(token), index, LOGIN)));
    }

    private void change(AuthChange change) {
        sessions.applied(List.of(new Result.AuthResult(1, change)));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void usingALoginKeepsIt() {
        logIn("alice", "a", 3);
        logIn("bob", "b", 4);
        for (int i = 0; i < 3; i++) {
            pass(TTL.minusSeconds(1));
            assertThat(sessions.caller(hash("a"), 3, NOW)).contains(new Caller("alice", NOW, LOGIN));
        }
        assertThat(sessions.caller(hash("b"), 4, NOW)).isEmpty();
        pass(TTL.plusSeconds(1));
        assertThat(sessions.caller(hash("a"), 3, NOW)).isEmpty();
    }

    @Test
    void whatIsOverTakesNoRoom() {
        for (int i = 0; i < 100; i++) {
            logIn("alice", "a" + i, i);
        }
        assertThat(sessions.size()).isEqualTo(100);
        pass(TTL.plusSeconds(1));
        logIn("alice", "last", 101);
        assertThat(sessions.size()).isEqualTo(1);
    }

    @Test
    void theWordAndThePlaceInTheLogMustBothBeRight() {
        logIn("alice", "a", 3);
        assertThat(sessions.caller(hash("a"), 4, NOW)).isEmpty();
        assertThat(sessions.caller(hash("b"), 3, NOW)).isEmpty();
    }

    @Test
    void anotherPasswordOrTheEndOfTheUserEndsItsLoginsAndNoOthers() {
        logIn("alice", "a", 3);
        logIn("alice", "a2", 4);
        logIn("bob", "b", 5);
        change(new AuthChange.GrantRole("alice", "app"));
        assertThat(sessions.caller(hash("a"), 3, NOW)).contains(new Caller("alice", NOW, LOGIN));
        change(new AuthChange.ChangePassword("alice", Bytes.empty()));
        assertThat(sessions.caller(hash("a"), 3, NOW)).isEmpty();
        assertThat(sessions.caller(hash("a2"), 4, NOW)).isEmpty();
        change(new AuthChange.DeleteUser("carol"));
        assertThat(sessions.caller(hash("b"), 5, NOW)).contains(new Caller("bob", NOW, LOGIN));
        change(new AuthChange.DeleteUser("bob"));
        assertThat(sessions.caller(hash("b"), 5, NOW)).isEmpty();
        logIn("dora", "d", 6);
        change(new AuthChange.Disable());
        assertThat(sessions.caller(hash("d"), 6, NOW)).isEmpty();
    }

    @Test
    void aStateThatWasReplacedMayHaveEndedAnyOfThem() {
        logIn("alice", "a", 3);
        sessions.restored();
        assertThat(sessions.caller(hash("a"), 3, NOW)).isEmpty();
    }
}
