package io.quorate.cli;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Reads files of YAML that people write. */
final class YamlFile {

    private YamlFile() {}

    /**
     * What the file holds: mappings, lists, texts and numbers; null if it is empty.
     *
     * @param called how the file is called in a sentence, such as {@code "the configuration file"}
     * @param namedBy what says which file it is, such as {@code "--config-file"}
     * @throws CommandFailed if it cannot be read, or is not YAML
     */
    static @Nullable Object read(String called, Path file, String namedBy) {
        try {
            return new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                    .loadFromString(Files.readString(file));
        } catch (YamlEngineException e) {
            String reason =
                    String.valueOf(e.getMessage()).lines().map(String::strip).collect(Collectors.joining(" "));
            throw unreadable(called, file, "is not valid YAML: " + reason, e);
        } catch (NoSuchFileException e) {
            throw unreadable(called, file, "does not exist; correct " + namedBy, e);
        } catch (CharacterCodingException e) {
            throw unreadable(called, file, "is not UTF-8 text", e);
        } catch (IOException e) {
            throw unreadable(called, file, "cannot be read: " + e.getMessage(), e);
        }
    }

    private static CommandFailed unreadable(String called, Path file, String why, Exception cause) {
        return new CommandFailed(ExitCode.USAGE, called + " " + file + " " + why, cause);
    }
}
