package io.quorate.encryption;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class DataKeyTest {

    private static final byte[] PLAIN = "what nobody else may read".getBytes(StandardCharsets.UTF_8);
    private static final byte[] PLACE = "5/42".getBytes(StandardCharsets.UTF_8);

    private final DataKey key = DataKey.generate(new SecureRandom());

    @Test
    void whatIsSealedCanBeOpenedAndNotRead() throws Exception {
        byte[] sealed = key.sealer().seal(PLAIN, PLACE);

        assertThat(sealed).hasSize(PLAIN.length + Sealer.OVERHEAD);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("nobody");
        assertThat(key.opener().open(sealed, PLACE)).isEqualTo(PLAIN);
        assertThat(key.opener().open(key.sealer().seal(new byte[0], new byte[0]), new byte[0]))
                .isEmpty();
    }

    @Test
    void aSealedMessageIsWhatAes256GcmMakesOfIt() throws Exception {
        byte[] sealed = key.sealer().seal(PLAIN, PLACE);

        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.DECRYPT_MODE, new SecretKeySpec(key.secret(), "AES"), new GCMParameterSpec(128, sealed, 0, 12));
        cipher.updateAAD(PLACE);
        assertThat(key.secret()).hasSize(32);
        assertThat(cipher.doFinal(sealed, 12, sealed.length - 12)).isEqualTo(PLAIN);
    }

    @Test
    void everyChangedBitIsFound() {
        byte[] sealed = key.sealer().seal(PLAIN, PLACE);
        Opener opener = key.opener();
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] changed = sealed.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> opener.open(changed, PLACE)).isInstanceOf(NotAuthenticException.class);
        }
    }

    @Test
    void whatIsCutOffOrElsewhereOrUnderAnotherKeyIsNotOpened() throws Exception {
        byte[] sealed = key.sealer().seal(PLAIN, PLACE);
        Opener opener = key.opener();
        for (int length = 0; length < sealed.length; length++) {
            byte[] cut = Arrays.copyOf(sealed, length);
            assertThatThrownBy(() -> opener.open(cut, PLACE)).isInstanceOf(NotAuthenticException.class);
        }
        assertThatThrownBy(() -> opener.open(sealed, new byte[] {1})).isInstanceOf(NotAuthenticException.class);
        assertThatThrownBy(() -> opener.open(sealed, new byte[0])).isInstanceOf(NotAuthenticException.class);
        Opener other = DataKey.generate(new SecureRandom()).opener();
        assertThatThrownBy(() -> other.open(sealed, PLACE)).isInstanceOf(NotAuthenticException.class);
        // The opener that failed is as good as before.
        assertThat(opener.open(sealed, PLACE)).isEqualTo(PLAIN);
    }

    @Test
    void theSameMessageIsAnotherOneEachTimeWhoeverSealsIt() {
        Set<ByteBuffer> nonces = new HashSet<>();
        for (int sealers = 0; sealers < 20; sealers++) {
            Sealer sealer = key.sealer();
            for (int messages = 0; messages < 50; messages++) {
                nonces.add(ByteBuffer.wrap(sealer.seal(PLAIN, PLACE), 0, 12).slice());
            }
        }
        assertThat(nonces).hasSize(1000);
    }

    @Test
    void anotherPrefixIsDrawnWhenTheNumbersAreUsedUp() {
        Sealer sealer = new Sealer(new SecretKeySpec(key.secret(), "AES"), new SecureRandom(), (1L << 32) - 2);
        ByteBuffer[] nonces = new ByteBuffer[4];
        for (int i = 0; i < nonces.length; i++) {
            nonces[i] = ByteBuffer.wrap(sealer.seal(PLAIN, PLACE), 0, 12).slice();
        }

        assertThat(nonces).extracting(nonce -> nonce.getInt(8)).containsExactly(-2, -1, 0, 1);
        assertThat(nonces[1].getLong(0)).isEqualTo(nonces[0].getLong(0));
        assertThat(nonces[2].getLong(0)).isNotEqualTo(nonces[0].getLong(0));
        assertThat(nonces[3].getLong(0)).isEqualTo(nonces[2].getLong(0));
    }

    @Test
    void buffersAreMovedAndMayLieOutsideTheHeap() throws Exception {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100);
        ByteBuffer plain = ByteBuffer.allocateDirect(PLAIN.length).put(PLAIN).flip();
        ByteBuffer place = ByteBuffer.wrap(PLACE);

        key.sealer().seal(plain, place, buffer);
        assertThat(buffer.position()).isEqualTo(PLAIN.length + Sealer.OVERHEAD);
        assertThat(plain.hasRemaining()).isFalse();
        assertThat(place.remaining()).isEqualTo(PLACE.length);

        ByteBuffer opened = ByteBuffer.allocate(PLAIN.length);
        key.opener().open(buffer.flip(), place, opened);
        assertThat(opened.hasRemaining()).isFalse();
        assertThat(opened.array()).isEqualTo(PLAIN);
    }

    @Test
    void aBufferThatIsTooSmallIsRefusedBeforeAnythingIsWritten() {
        byte[] sealed = key.sealer().seal(PLAIN, PLACE);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> key.sealer()
                        .seal(ByteBuffer.wrap(PLAIN), ByteBuffer.wrap(PLACE), ByteBuffer.allocate(PLAIN.length + 27)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> key.opener()
                        .open(ByteBuffer.wrap(sealed), ByteBuffer.wrap(PLACE), ByteBuffer.allocate(PLAIN.length - 1)));
    }
}
