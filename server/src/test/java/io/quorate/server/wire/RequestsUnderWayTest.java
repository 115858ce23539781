package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Requests that are carried out take up room until they are answered. */
class RequestsUnderWayTest {

    private static final long KILO = 1024;

    private final RequestsUnderWay requests = new RequestsUnderWay(100 * KILO, 40 * KILO);

    @Test
    void oneConnectionHasHalfOfItAndAllTogetherTheWhole() {
        RequestsUnderWay.Share first = requests.take("a", 30 * KILO).orElseThrow();
        assertThat(requests.take("a", 20 * KILO)).isPresent();
        assertThat(requests.take("a", KILO)).isEmpty();
        assertThat(requests.take("b", 40 * KILO)).isPresent();
        assertThat(requests.take("c", 11 * KILO)).isEmpty();
        assertThat(requests.take("c", 10 * KILO)).isPresent();
        assertThat(requests.bytes()).isEqualTo(100 * KILO);

        requests.giveBack(first);
        assertThat(requests.bytes()).isEqualTo(70 * KILO);
        assertThat(requests.take("a", 30 * KILO)).isPresent();
    }

    @Test
    void smallOnesTakeUpNothing() {
        assertThat(requests.take("a", 50 * KILO)).isPresent();
        for (int i = 0; i < 1000; i++) {
            requests.giveBack(requests.take("a", KILO - 1).orElseThrow());
        }
        assertThat(requests.bytes()).isEqualTo(50 * KILO);
    }

    @Test
    void theLargestRequestMayBeUnderWayInAnyCase() {
        RequestsUnderWay small = new RequestsUnderWay(10 * KILO, 40 * KILO);

        assertThat(small.take("a", 40 * KILO)).isPresent();
        assertThat(small.take("b", KILO)).isEmpty();
    }
}
