package io.quorate.server.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.encryption.KeyRing;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import io.quorate.server.bolt.RandomInput;
import io.quorate.server.bolt.RandomOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedFileTest {
    private static final int CHUNK = SealedFormat.CHUNK_BYTES;

    @TempDir
    private Path folder;

    private final MasterKeys keys = ring("k1", 1);

    private static MasterKeys ring(String id, int seed) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) seed);
        try {
            return KeyRing.parse(id + " " + Base64.getEncoder().encodeToString(secret), "the test's ring");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new Random(bytes).nextBytes(content);
        return content;
    }

    private RandomOutput output(Path file) throws IOException {
        return SealedOutput.to(
                RandomOutput.of(FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)), keys);
    }

    private Path write(byte[] content, int pieceBytes) throws IOException {
        Path file = folder.resolve("sealed-" + content.length + "-" + pieceBytes);
        try (RandomOutput out = output(file)) {
            for (int at = 0; at < content.length; at += pieceBytes) {
                out.write(ByteBuffer.wrap(content, at, Math.min(pieceBytes, content.length - at)), at);
            }
            out.finish();
        }
        return file;
    }

    private static byte[] read(Path file, MasterKeys keys, int pieceBytes) throws IOException {
        try (RandomInput in = BackupFile.open(file, Optional.of(keys))) {
            ByteBuffer all = ByteBuffer.allocate((int) in.size());
            while (all.hasRemaining()) {
                int position = all.position();
                all.limit(Math.min(all.capacity(), position + pieceBytes));
                assertThat(in.read(all, position)).isPositive();
                all.limit(all.capacity());
            }
            assertThat(in.read(ByteBuffer.allocate(1), in.size())).isEqualTo(-1);
            return all.array();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 3 * CHUNK + 17})
    void whatIsWrittenIsReadWhateverThePieces(int bytes) throws IOException {
        byte[] content = content(bytes);
        for (int piece : new int[] {1000, CHUNK, 5 * CHUNK}) {
            Path file = write(content, piece);
            assertThat(read(file, keys, piece - 1)).isEqualTo(content);
            assertThat(BackupFile.masterKeyId(file)).contains("k1");
        }
    }

    /** As a database is written, whose first pages come last. */
    @Test
    void theBeginningCanBeWrittenLast() throws IOException {
        byte[] content = content(3 * CHUNK);
        Path file = folder.resolve("sealed");
        try (RandomOutput out = output(file)) {
            out.write(ByteBuffer.wrap(content, 8192, content.length - 8192), 8192);
            out.write(ByteBuffer.wrap(content, 0, 4096), 0);
            out.write(ByteBuffer.wrap(content, 4096, 4096), 4096);
            out.finish();
        }
        assertThat(read(file, keys, CHUNK)).isEqualTo(content);
    }

    /** Wherever it is cut: what is left of it is never taken for the whole. */
    @Test
    void anEndThatIsMissingIsFound() throws IOException {
        Path file = write(content(3 * CHUNK), CHUNK);
        byte[] whole = Files.readAllBytes(file);
        int header = whole.length - 3 * SealedFormat.SEALED_CHUNK_BYTES;
        for (int chunks = 0; chunks <= 3; chunks++) {
            for (int more : new int[] {0, 1, 27, 28, 29, 1000}) {
                int length = header + chunks * SealedFormat.SEALED_CHUNK_BYTES + more;
                if (length < whole.length) {
                    Path cut = Files.write(folder.resolve("cut-" + length), Arrays.copyOf(whole, length));
                    assertThatThrownBy(() -> BackupFile.open(cut, Optional.of(keys)))
                            .isInstanceOf(InvalidSnapshotException.class)
                            .hasMessageContaining("cut off");
                }
            }
        }
    }

    @Test
    void aByteThatWasChangedAndChunksThatWereSwappedAreFound() throws IOException {
        byte[] content = content(3 * CHUNK);
        byte[] whole = Files.readAllBytes(write(content, CHUNK));
        int sealed = SealedFormat.SEALED_CHUNK_BYTES;
        int header = whole.length - 3 * sealed;
        byte[] changed = whole.clone();
        changed[header + sealed + 100] ^= 1;
        byte[] swapped = whole.clone();
        System.arraycopy(whole, header, swapped, header + sealed, sealed);
        System.arraycopy(whole, header + sealed, swapped, header, sealed);
        for (byte[] damaged : new byte[][] {changed, swapped}) {
            Path file = Files.write(folder.resolve("damaged"), damaged);
            assertThatThrownBy(() -> read(file, keys, CHUNK))
                    .isInstanceOf(InvalidSnapshotException.class)
                    .hasMessageContaining("damaged");
        }
    }

    @Test
    void aMissingOrWrongKeyIsSaidWithItsId() throws IOException {
        Path file = write(content(100), 100);
        assertThatThrownBy(() -> BackupFile.open(file, Optional.empty()))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageContaining("k1")
                .hasMessageContaining("--encryption-key-file");
        assertThatThrownBy(() -> BackupFile.open(file, Optional.of(ring("m2", 2))))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageContaining("k1");
        assertThatThrownBy(() -> BackupFile.open(file, Optional.of(ring("k1", 2))))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("k1");
    }

    @Test
    void aFileThatIsNotSealedIsReadAsItIsWithKeysAndWithout() throws IOException {
        byte[] content = content(1000);
        Path file = Files.write(folder.resolve("plain"), content);
        assertThat(read(file, keys, 100)).isEqualTo(content);
        assertThat(BackupFile.masterKeyId(file)).isEmpty();
        try (RandomInput in = BackupFile.open(file, Optional.empty())) {
            assertThat(in.size()).isEqualTo(1000);
        }
    }
}
