package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.auth.FailedLogins.Failed;
import io.quorate.server.auth.LoginListener.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Which failed logins are told, and for how long; in virtual time. */
class FailedLoginsTest {

    private static final ClientAddress HOME = new ClientAddress("10.0.0.9");
    private static final Optional<String> ALICE = Optional.of("alice");

    private final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
    private final FailedLogins logins = new FailedLogins(() -> Instant.ofEpochMilli(millis.get()));

    private void pass(Duration time) {
        millis.addAndGet(time.toMillis());
    }

    @Test
    void whatFailsCountsByAddressAndUserAndWhatSucceedsDoesNot() {
        logins.tried(Outcome.RIGHT, HOME, ALICE);
        logins.tried(Outcome.WRONG, HOME, ALICE);
        logins.tried(Outcome.WRONG, HOME, Optional.empty());
        logins.tried(Outcome.LIMITED, HOME, Optional.empty());
        assertThat(logins.ofLastHour(10))
                .containsExactly(
                        new Failed(HOME, Optional.empty(), 1, 1, millis.get()),
                        new Failed(HOME, ALICE, 1, 0, millis.get()));
        assertThat(logins.wrong()).isEqualTo(2);
        assertThat(logins.limited()).isEqualTo(1);
    }

    @Test
    void afterAnHourItIsForgotten() {
        logins.tried(Outcome.WRONG, HOME, ALICE);
        pass(Duration.ofMinutes(49));
        logins.tried(Outcome.WRONG, HOME, ALICE);
        assertThat(logins.wrong()).isEqualTo(2);
        pass(Duration.ofMinutes(20));
        assertThat(logins.ofLastHour(10)).extracting(Failed::wrong).containsExactly(1L);
        pass(Duration.ofMinutes(60));
        assertThat(logins.ofLastHour(10)).isEmpty();
        assertThat(logins.wrong()).isZero();
    }

    @Test
    void addressesThatAreMadeUpDoNotFillTheMemoryAndStillCount() {
        for (int i = 0; i < 10_000; i++) {
            logins.tried(Outcome.WRONG, new ClientAddress("10.1.0." + i), ALICE);
        }
        assertThat(logins.ofLastHour(Integer.MAX_VALUE)).hasSize(FailedLogins.MOST_REMEMBERED);
        assertThat(logins.ofLastHour(5)).hasSize(5);
        assertThat(logins.wrong()).isEqualTo(10_000);
    }
}
