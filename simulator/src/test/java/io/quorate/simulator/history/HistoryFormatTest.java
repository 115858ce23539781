package io.quorate.simulator.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A history that is written down and read again is the same. */
class HistoryFormatTest {

    @Test
    void what_is_written_is_read_again() throws Exception {
        SplittableRandom random = new SplittableRandom(7);
        List<Operation> history = RandomHistory.draw(new RandomHistory.Plan(5, 2_000, 3, 0, 100, true, true), random);
        StringWriter text = new StringWriter();
        HistoryWriter.write(history, new PrintWriter(text));

        List<Operation> read = new HistoryReader(new StringReader(text.toString())).read();

        assertThat(read).hasSameSizeAs(history);
        for (int i = 0; i < history.size(); i++) {
            // Of an unknown outcome there is no answer to write down.
            if (history.get(i).isKnown()) {
                assertThat(read.get(i)).isEqualTo(history.get(i));
            } else {
                assertThat(read.get(i).isKnown()).isFalse();
                assertThat(read.get(i).action().writes())
                        .isEqualTo(history.get(i).action().writes());
            }
        }
    }

    @Test
    void text_of_every_kind_survives() throws Exception {
        String odd = "\"quotes\", \\, \u0000, \n and \u00fc\ud83d\ude00\u2028</script>";
        List<Operation> history = List.of(new Operation(0, new Action.Write(odd, odd), 0, 1));
        StringWriter text = new StringWriter();
        HistoryWriter.write(history, new PrintWriter(text));

        assertThat(new HistoryReader(new StringReader(text.toString())).read()).isEqualTo(history);
    }
}
