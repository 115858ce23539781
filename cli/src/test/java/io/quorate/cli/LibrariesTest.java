package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product is made of the libraries of the committed list, to the byte: {@code bin/checksums --help} tells how that is renewed. */
class LibrariesTest {

    /** As sha256sum writes it: a sum and a name in each line. */
    private static final Path LIST = Path.of("artifacts.sha256");

    /** Maven writes it, before tests are run. */
    private static final Path CLASS_PATH = Path.of("target", "runtime-class-path.txt");

    private static SortedMap<String, String> listed() throws IOException {
        SortedMap<String, String> sums = new TreeMap<>();
        for (String line : Files.readAllLines(LIST)) {
            List<String> words = List.of(line.split(" +", 2));
            sums.put(words.get(1), words.get(0));
        }
        return sums;
    }

    private static SortedMap<String, String> sums(Stream<Path> libraries) throws IOException {
        SortedMap<String, String> sums = new TreeMap<>();
        for (Path library : libraries.toList()) {
            sums.put(library.getFileName().toString(), sum(library));
        }
        return sums;
    }

    private static String sum(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Stream<Path> classPath() throws IOException {
        return Stream.of(Files.readString(CLASS_PATH).strip().split(File.pathSeparator))
                .map(Path::of);
    }

    @Test
    void theClassPathIsWhatIsListed() throws IOException {
        assertThat(sums(classPath())).isNotEmpty().isEqualTo(listed());
    }

    @Test
    void aLibraryOfWhichOneByteIsAnotherIsNoticed(@TempDir Path folder) throws IOException {
        Path library = classPath().findFirst().orElseThrow();
        Path changed = folder.resolve(library.getFileName());
        byte[] bytes = Files.readAllBytes(library);
        bytes[bytes.length / 2] ^= 1;
        Files.write(changed, bytes);
        String name = library.getFileName().toString();
        assertThat(sums(Stream.of(library))).isEqualTo(Map.of(name, listed().get(name)));
        assertThat(sums(Stream.of(changed))).isNotEqualTo(Map.of(name, listed().get(name)));
    }
}
