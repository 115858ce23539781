package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class TableTest {

    @Test
    void eachColumnIsAsWideAsItsWidestCellAndLinesEndWithoutBlanks() {
        Table table = new Table("KEY", "REVISION", "VALUE");
        table.add("grüße", "1", "a long value");
        table.add("x", "1234567890", "");

        StringWriter out = new StringWriter();
        table.print(new PrintWriter(out));

        assertThat(out.toString().lines())
                .containsExactly("KEY    REVISION    VALUE", "grüße  1           a long value", "x      1234567890");
    }

    @Test
    void aRowOfAnotherLengthIsRefused() {
        assertThatThrownBy(() -> new Table("KEY", "VALUE").add("x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 cells under 2");
    }
}
