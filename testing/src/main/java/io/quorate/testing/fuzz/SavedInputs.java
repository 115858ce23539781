package io.quorate.testing.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * Inputs that a decoder failed with once, in a resource {@code fuzz/<target>.hex}: one a line in hexadecimal, behind lines with {@code #} that say what it
 * was.
 */
public final class SavedInputs {

    private static final String FOLDER = "fuzz";
    private static final String ENDING = ".hex";

    private SavedInputs() {}

    /** Those of a target; none if nothing was ever found. */
    public static List<byte[]> of(FuzzTarget<?> target) throws IOException {
        try (InputStream in = SavedInputs.class.getResourceAsStream("/" + FOLDER + "/" + target.name() + ENDING)) {
            return in == null ? List.of() : read(in);
        }
    }

    /**
     * The files on the class path that belong to none of these targets, as where one was given another name: nobody would try their inputs again.
     * Only folders are looked into, not archives.
     */
    public static List<String> unread(List<FuzzTarget<?>> all) throws IOException {
        List<String> unread = new ArrayList<>();
        for (URL folder : Collections.list(SavedInputs.class.getClassLoader().getResources(FOLDER))) {
            if (folder.getProtocol().equals("file")) {
                unread.addAll(unread(Path.of(URI.create(folder.toString())), all));
            }
        }
        return unread.stream().sorted().toList();
    }

    static List<String> unread(Path folder, List<FuzzTarget<?>> all) throws IOException {
        List<String> known = all.stream().map(target -> target.name() + ENDING).toList();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ENDING) && !known.contains(name))
                    .toList();
        }
    }

    private static List<byte[]> read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> HexFormat.of().parseHex(line.strip()))
                .toList();
    }

    /**
     * Tries an input that is saved.
     *
     * @throws FuzzFailure if the decoder fails with it again
     */
    public static <T> boolean tryAgain(FuzzTarget<T> target, byte[] input) {
        return new Trial<>(target).run(input);
    }
}
