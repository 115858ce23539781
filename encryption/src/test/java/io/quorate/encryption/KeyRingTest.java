package io.quorate.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class KeyRingTest {

    private static final String SPRING = line("spring", 1);
    private static final String SUMMER = line("summer", 2);

    private static String line(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return KeyRingText.line(id, secret);
    }

    private static KeyRing ring(String... lines) throws IOException {
        return KeyRing.parse(String.join("", lines), "/etc/keys");
    }

    @Test
    void theFirstKeyIsTheCurrentOne() throws Exception {
        KeyRing ring = ring("# made by hand\n\n", SUMMER, "  " + SPRING);
        assertThat(ring.currentId()).isEqualTo("summer");
        assertThat(ring.ids()).containsExactly("summer", "spring");
    }

    @Test
    void whatAnOlderKeyHasWrappedIsUnwrappedAsLongAsTheRingHasIt() throws Exception {
        DataKey key = ring(SPRING).newDataKey();
        WrappedKey wrapped = ring(SPRING).wrap(key, "a log");

        assertThat(wrapped.keyId()).isEqualTo("spring");
        assertThat(ring(SUMMER, SPRING).unwrap(wrapped, "a log").secret()).isEqualTo(key.secret());
        assertThat(ring(SUMMER, SPRING).wrap(key, "a log").keyId()).isEqualTo("summer");
        assertThatThrownBy(() -> ring(SUMMER).unwrap(wrapped, "a log"))
                .isInstanceOf(MissingKeyException.class)
                .hasMessage("the master key spring is needed, and /etc/keys has only summer")
                .asInstanceOf(type(MissingKeyException.class))
                .returns("spring", KeyException::keyId);
    }

    @Test
    void anotherKeyUnderTheSameIdIsFound() throws Exception {
        KeyRing ring = ring(SPRING);
        WrappedKey wrapped = ring.wrap(ring.newDataKey(), "a log");
        assertThatThrownBy(() -> ring(line("spring", 3)).unwrap(wrapped, "a log"))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("spring")
                .hasMessageContaining("/etc/keys");
    }

    @Test
    void aWrappedKeyIsForOnePurposeAndOneId() throws Exception {
        KeyRing ring = ring(SPRING, line("twin", 1));
        WrappedKey wrapped = ring.wrap(ring.newDataKey(), "a log");
        assertThatThrownBy(() -> ring.unwrap(wrapped, "a store")).isInstanceOf(WrongKeyException.class);
        assertThatThrownBy(() -> ring.unwrap(new WrappedKey("twin", wrapped.sealed()), "a log"))
                .isInstanceOf(WrongKeyException.class);
    }

    @Test
    void nothingThatIsWrittenTellsOfTheKeys() throws Exception {
        KeyRing ring = ring(SPRING);
        DataKey key = ring.newDataKey();
        String secret = SPRING.split(" ", -1)[1].strip();
        assertThat(ring.toString()).contains("spring").doesNotContain(secret);
        assertThat(key.toString()).doesNotContain(Base64.getEncoder().encodeToString(key.secret()));
        assertThat(ring.wrap(key, "a log")).isNotEqualTo(ring.wrap(key, "a log"));
    }

    @Test
    void aTextThatIsNoRingIsRefusedWithTheLineAndNothingThatStandsThere() {
        String secret = SPRING.split(" ", -1)[1].strip();
        refused("", "/etc/keys has no key; './quorate encryption new-key' makes one");
        refused("# nothing\n", "/etc/keys has no key; './quorate encryption new-key' makes one");
        refused(SUMMER + secret, "line 2 of /etc/keys has 1 words, where an id and a key in base64 should stand");
        refused("a " + secret.substring(0, 40), "line 1 of /etc/keys has a key of 30 bytes; a master key has 32");
        refused("a " + secret.replace('E', '!'), "line 1 of /etc/keys has a key that is not in base64");
        refused(
                "_a " + secret,
                "line 1 of /etc/keys does not begin with an id of 1 to 64 letters, digits, dots, dashes and underlines");
        refused(
                SUMMER + "\n" + SUMMER,
                "line 3 of /etc/keys has the id summer for a second time; each key needs an id of its own");
    }

    private static void refused(String text, String sentence) {
        assertThatThrownBy(() -> ring(text)).isInstanceOf(IOException.class).hasMessage(sentence);
    }

    @Test
    void aWrappedKeyIsReadAsItWasWritten() throws Exception {
        WrappedKey wrapped = ring(SPRING).wrap(ring(SPRING).newDataKey(), "a log");
        ByteBuffer encoded = ByteBuffer.allocate(WrappedKey.MAX_BYTES)
                .put(wrapped.encode())
                .put((byte) 7)
                .flip();

        assertThat(WrappedKey.decode(encoded)).isEqualTo(wrapped);
        assertThat(encoded.position()).isEqualTo(wrapped.size());
        byte[] whole = wrapped.encode();
        for (int length = 0; length < whole.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(whole, 0, length);
            assertThatThrownBy(() -> WrappedKey.decode(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void bytesThatAreNoWrappedKeyAreRefusedWhateverTheyAre() throws Exception {
        byte[] whole = ring(SPRING).wrap(ring(SPRING).newDataKey(), "a log").encode();
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            changed[random.nextInt(changed.length)] = (byte) random.nextInt();
            try {
                WrappedKey read = WrappedKey.decode(ByteBuffer.wrap(changed));
                assertThat(Arrays.copyOf(changed, read.size())).isEqualTo(read.encode());
            } catch (IOException refused) {
                assertThat(refused).hasMessageContaining("wrapped key");
            }
        }
    }
}
