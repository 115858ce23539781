package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.ByteProgress;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What somebody sees who waits for a transfer, in virtual time. */
class TransferProgressTest {

    private static final long MIB = 1 << 20;

    private final StringWriter printed = new StringWriter();
    private long seconds = -1000;

    private TransferProgress progress(boolean watched) {
        return new TransferProgress(new PrintWriter(printed, true), () -> TimeUnit.SECONDS.toNanos(seconds), watched);
    }

    @Test
    void bytesRateAndTheRemainingTimeAreToldEverySecondToSomebodyWhoWatches() {
        TransferProgress progress = progress(true);
        progress.preparing("10.0.0.1:2379", 90 * MIB);
        seconds += 100;
        progress.begin(100 * MIB);
        progress.received(MIB);
        seconds += 2;
        progress.received(20 * MIB);
        progress.received(21 * MIB);
        seconds += 1;
        progress.received(60 * MIB);
        assertThat(printed.toString().lines())
                .containsExactly(
                        "10.0.0.1:2379 prepares a snapshot of about 90.0 MiB",
                        "20.0 MiB of 100.0 MiB, 10.0 MiB/s, about 8 s left",
                        "60.0 MiB of 100.0 MiB, 20.0 MiB/s, about 2 s left");
    }

    @Test
    void aLogIsToldSeldomAndNothingOfWhatIsQuick() {
        TransferProgress progress = progress(false);
        progress.preparing("10.0.0.1:2379", 90 * MIB);
        progress.begin(100 * MIB);
        seconds += 9;
        progress.received(90 * MIB);
        assertThat(printed.toString()).isEmpty();
        seconds += 1;
        progress.received(100 * MIB);
        assertThat(printed.toString().lines()).containsExactly("100.0 MiB of 100.0 MiB, 10.0 MiB/s, about 0 s left");
    }

    @Test
    void whatGoesThroughBytesByItselfIsToldByWhatItDoes() {
        TransferProgress progress = progress(true);
        ByteProgress restoring = progress.during("restored");
        restoring.done(0, 100 * MIB);
        seconds += 2;
        restoring.done(20 * MIB, 100 * MIB);
        progress.begin(50 * MIB);
        seconds += 1;
        progress.received(25 * MIB);
        assertThat(printed.toString().lines())
                .containsExactly(
                        "restored 20.0 MiB of 100.0 MiB, 10.0 MiB/s, about 8 s left",
                        "25.0 MiB of 50.0 MiB, 25.0 MiB/s, about 1 s left");
    }

    @Test
    void sizesAreInTheUnitThatSuits() {
        assertThat(ByteSize.text(1023)).isEqualTo("1023 B");
        assertThat(ByteSize.text(20480)).isEqualTo("20.0 KiB");
        assertThat(ByteSize.text(3L << 29)).isEqualTo("1.5 GiB");
        assertThat(ByteSize.text(1L << 50)).isEqualTo("1024.0 TiB");
    }
}
