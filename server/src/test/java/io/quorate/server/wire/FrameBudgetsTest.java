package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may come at once, and how fast that is to be had again; time is the test's. */
class FrameBudgetsTest {

    private static final long SECOND = 1_000_000_000L;
    private static final long BEGIN = -3 * SECOND;

    private final FrameBudgets budgets = new FrameBudgets(BEGIN);

    private int spendUntilRefused(int type, int flags, int length, long now) {
        for (int sent = 0; sent < 1_000_000; sent++) {
            if (budgets.spend(type, flags, length, now).isPresent()) {
                return sent;
            }
        }
        return Integer.MAX_VALUE;
    }

    @ParameterizedTest
    @CsvSource({
        "3, 0, 4, RST_STREAM",
        "6, 0, 8, PING",
        "6, 1, 8, PING_ACK",
        "4, 0, 0, SETTINGS",
        "2, 0, 5, PRIORITY",
        "8, 0, 4, WINDOW_UPDATE",
        "0, 0, 0, EMPTY_DATA",
        "0, 8, 200, EMPTY_DATA",
        "5, 4, 4, OTHER",
        "7, 0, 8, OTHER",
        "238, 0, 9, OTHER"
    })
    void theBurstAndNoMore(int type, int flags, int length, FrameBudgets.Kind kind) {
        assertThat(spendUntilRefused(type, flags, length, BEGIN)).isEqualTo((int) kind.burst());
        assertThat(budgets.spend(type, flags, length, BEGIN)).isEqualTo(Optional.of(kind));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 1", "0, 1, 0", "0, 8, 300", "1, 4, 30", "9, 4, 0"})
    void whatCarriesSomethingOrIsBoundedElsewhereIsNotCounted(int type, int flags, int length) {
        assertThat(spendUntilRefused(type, flags, length, BEGIN)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void whatIsSpentComesBackWithTimeAndNotMoreThanThat() {
        assertThat(spendUntilRefused(RawHttp2.RST_STREAM, 0, 4, BEGIN)).isEqualTo(2000);
        // One was refused, and counts too.
        assertThat(spendUntilRefused(RawHttp2.RST_STREAM, 0, 4, BEGIN + SECOND)).isEqualTo(499);
        assertThat(spendUntilRefused(RawHttp2.RST_STREAM, 0, 4, BEGIN + 1000 * SECOND))
                .isEqualTo(2000);
    }

    @Test
    void oneKindSpendsNothingOfAnother() {
        spendUntilRefused(RawHttp2.PING, 0, 8, BEGIN);

        assertThat(budgets.spend(RawHttp2.RST_STREAM, 0, 4, BEGIN)).isEmpty();
    }
}
