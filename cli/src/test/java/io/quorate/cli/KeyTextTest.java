package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;

class KeyTextTest {

    @Test
    void printableTextIsShownAsItIs() {
        assertThat(KeyText.escaped(ByteString.copyFromUtf8("app/grüße \"1\" 日本")))
                .isEqualTo("app/grüße \"1\" 日本");
    }

    @Test
    void controlCharactersAndBackslashesAreEscaped() {
        assertThat(KeyText.escaped(ByteString.copyFromUtf8("a\nb\tc\rd\\e\u0000f\u001bg\u007f")))
                .isEqualTo("a\\nb\\tc\\rd\\\\e\\x00f\\x1bg\\x7f");
    }

    @Test
    void charactersThatWouldTurnALineAroundAreEscapedByteByByte() {
        assertThat(KeyText.escaped(ByteString.copyFromUtf8("a\u202eb\u0085c")))
                .isEqualTo("a\\xe2\\x80\\xaeb\\xc2\\x85c");
    }

    @Test
    void bytesThatAreNotUtf8AreShownInHexadecimalAndTheRestAsText() {
        assertThat(KeyText.escaped(bytes(0xff, 'a', 0, 0x80, '\n'))).isEqualTo("\\xffa\\x00\\x80\\n");
    }

    @Test
    void onlyUtf8WithoutControlCharactersIsPrintable() {
        assertThat(KeyText.printable(ByteString.copyFromUtf8("grüße"))).contains("grüße");
        assertThat(KeyText.printable(ByteString.EMPTY)).contains("");
        assertThat(KeyText.printable(ByteString.copyFromUtf8("two\nlines"))).isEmpty();
        assertThat(KeyText.printable(bytes(0xc3, 0x28))).isEmpty();
    }

    @Test
    void aWordThatTheLocaleGarbledIsRefusedInsteadOfStored() {
        assertThat(KeyText.bytes("the key", "grüße")).isEqualTo(ByteString.copyFromUtf8("grüße"));
        assertThatThrownBy(() -> KeyText.bytes("the key", "gr\ufffd\ufffde"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("LC_ALL=C.UTF-8");
    }

    private static ByteString bytes(int... bytes) {
        ByteString.Output output = ByteString.newOutput();
        for (int b : bytes) {
            output.write(b);
        }
        return output.toByteString();
    }
}
