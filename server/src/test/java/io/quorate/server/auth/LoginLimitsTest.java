package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.auth.LoginLimits.Attempt;
import io.quorate.server.auth.LoginLimits.Refusal;
import io.quorate.server.auth.LoginLimits.Scope;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Whoever guesses is held up, and nobody who is elsewhere; in virtual time. */
class LoginLimitsTest {

    /** A clock that only goes forward may begin anywhere. */
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

    private final LoginLimits limits = new LoginLimits(now::get);

    private static ClientAddress from(int number) {
        try {
            return ClientAddress.of(InetAddress.getByAddress(
                    new byte[] {10, (byte) (number >> 16), (byte) (number >> 8), (byte) number}));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Attempt attempt(String user, int address) {
        return Attempt.of(user, from(address));
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** Guesses if that is allowed, and says whether it was. */
    private boolean guess(Attempt attempt) {
        boolean allowed = limits.judge(attempt).isEmpty();
        if (allowed) {
            limits.wrong(attempt);
        }
        return allowed;
    }

    @Test
    void afterFiveWrongPasswordsAnotherOneIsLookedAtEachTenSeconds() {
        Attempt alice = attempt("alice", 1);
        for (int i = 0; i < 5; i++) {
            assertThat(guess(alice)).isTrue();
        }
        for (int i = 0; i < 3; i++) {
            assertThat(limits.judge(alice)).contains(new Refusal(Scope.USER_FROM_ADDRESS, Duration.ofSeconds(10)));
            pass(Duration.ofSeconds(4));
            assertThat(limits.judge(alice)).contains(new Refusal(Scope.USER_FROM_ADDRESS, Duration.ofSeconds(6)));
            pass(Duration.ofSeconds(6));
            assertThat(guess(alice)).isTrue();
        }
        assertThat(limits.judge(attempt("bob", 1)))
                .as("somebody else at the same address")
                .isEmpty();
        pass(Duration.ofSeconds(50));
        for (int i = 0; i < 5; i++) {
            assertThat(guess(alice)).as("all has come back").isTrue();
        }
        assertThat(guess(alice)).isFalse();
    }

    @Test
    void rightPasswordsCostNothingHoweverManyLogInAtOnce() {
        for (int i = 0; i < 100_000; i++) {
            assertThat(limits.judge(attempt("alice", 1))).isEmpty();
        }
        assertThat(limits.size()).isZero();
    }

    @Test
    void whoeverTriesManyNamesFromOneAddressIsHeldUpToo() {
        for (int i = 0; i < 30; i++) {
            assertThat(guess(attempt("user" + i, 1))).isTrue();
        }
        assertThat(limits.judge(attempt("another", 1))).contains(new Refusal(Scope.ADDRESS, Duration.ofSeconds(1)));
        assertThat(limits.judge(attempt("another", 2))).isEmpty();
        pass(Duration.ofSeconds(1));
        assertThat(guess(attempt("another", 1))).isTrue();
        assertThat(guess(attempt("yet another", 1))).isFalse();
    }

    @Test
    void aFloodFromOneAddressIsNotFeltAtAnother() {
        int guesses = 0;
        for (int step = 0; step < 36_000; step++) {
            guesses += guess(attempt("alice", 1)) ? 1 : 0;
            assertThat(limits.judge(attempt("alice", 2))).isEmpty();
            pass(Duration.ofMillis(100));
        }
        assertThat(guesses).as("in an hour").isEqualTo(5 + 359);
    }

    @Test
    void aFloodFromManyAddressesLeavesEachAddressOneGuess() {
        int guesses = 0;
        for (int step = 0; step < 600; step++) {
            for (int address = 100; address < 200; address++) {
                guesses += guess(attempt("alice", address)) ? 1 : 0;
            }
            assertThat(limits.judge(attempt("alice", 1)))
                    .as("alice has not been wrong")
                    .isEmpty();
            pass(Duration.ofSeconds(1));
        }
        // By the addresses alone, 5 of each at once would have been allowed.
        assertThat(guesses).isLessThanOrEqualTo(100 * (1 + 60)).isGreaterThan(100 * 30);
        limits.wrong(attempt("alice", 1));
        Refusal refusal = limits.judge(attempt("alice", 1)).orElseThrow();
        assertThat(refusal.scope()).isEqualTo(Scope.USER);
        assertThat(refusal.pause()).isLessThanOrEqualTo(Duration.ofSeconds(10));
        pass(refusal.pause());
        assertThat(limits.judge(attempt("alice", 1))).isEmpty();
        assertThat(limits.judge(attempt("bob", 101))).as("another name").isEmpty();
    }

    @Test
    void aFloodThatIsOverIsForgottenAtOnceAfterItsTime() {
        for (int address = 0; address < 1000; address++) {
            limits.wrong(attempt("alice", address));
        }
        pass(Duration.ofSeconds(50));
        assertThat(limits.size()).isPositive();
        limits.wrong(attempt("bob", 5000));
        assertThat(limits.size()).as("bob, from one address").isEqualTo(3);
        assertThat(guess(attempt("alice", 5000))).isTrue();
        assertThat(guess(attempt("alice", 5000))).isTrue();
    }

    @Test
    void namesAndAddressesThatAreMadeUpTakeABoundedRoom() {
        for (int i = 0; i < 50_000; i++) {
            limits.wrong(attempt("nobody" + i, i));
        }
        assertThat(limits.size()).isEqualTo(3 * LoginLimits.MOST_REMEMBERED);
        Attempt last = attempt("nobody49999", 49_999);
        for (int i = 0; i < 4; i++) {
            assertThat(guess(last)).isTrue();
        }
        assertThat(guess(last)).as("the latest are remembered").isFalse();
    }

    @Test
    void whoeverHasANetworkOfIpv6IsOneClient() throws UnknownHostException {
        ClientAddress one = ClientAddress.of(InetAddress.getByName("2001:db8:1:2::1"));
        assertThat(one.text()).isEqualTo("2001:db8:1:2:0:0:0:0/64");
        assertThat(ClientAddress.of(InetAddress.getByName("2001:db8:1:2:ffff::7")))
                .isEqualTo(one);
        assertThat(ClientAddress.of(InetAddress.getByName("2001:db8:1:3::1"))).isNotEqualTo(one);
        assertThat(ClientAddress.of(InetAddress.getByName("10.0.0.9")).text()).isEqualTo("10.0.0.9");
    }
}
