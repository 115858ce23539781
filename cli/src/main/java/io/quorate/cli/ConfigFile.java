package io.quorate.cli;

import io.quorate.cli.ServerSettings.Given;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the file of {@code --config-file}: a YAML mapping of etcd's key names to values. */
final class ConfigFile {

    private ConfigFile() {}

    /**
     * @return the settings in the file; a list is joined with commas, as on the command line
     * @throws CommandFailed if the file cannot be read, is not YAML, has a key or a value that is none, or has a setting by two names
     */
    static Map<ServerFlag, Given> read(Path file) {
        Object document = YamlFile.read("the configuration file", file, "--config-file");
        if (document == null) {
            return Map.of();
        }
        if (!(document instanceof Map<?, ?> mapping)) {
            throw CommandFailed.usage(
                    "the configuration file " + file + " is not a YAML mapping; write lines such as \"name: node1\"");
        }
        Map<ServerFlag, Given> settings = new EnumMap<>(ServerFlag.class);
        Map<ServerFlag, String> names = new EnumMap<>(ServerFlag.class);
        mapping.forEach((key, value) -> {
            String name = String.valueOf(key);
            ServerFlag flag = ServerFlag.ofKey(name)
                    .orElseThrow(() -> CommandFailed.usage("the configuration file " + file + " has the unknown key \""
                            + key + "\"" + Suggestion.among(name, keys()) + "; correct or remove it"));
            String other = names.putIfAbsent(flag, name);
            if (other != null) {
                throw CommandFailed.usage("the configuration file " + file + " has both \"" + other + "\" and \"" + name
                        + "\", which are two names of one setting; remove one of them");
            }
            settings.put(flag, new Given(scalar(file, flag, name, value), "\"" + name + "\" in " + file));
        });
        return settings;
    }

    private static String scalar(Path file, ServerFlag flag, String name, @Nullable Object value) {
        if (value instanceof Collection<?> list && !list.isEmpty()) {
            return list.stream().map(part -> scalar(file, flag, name, part)).collect(Collectors.joining(","));
        }
        if (value instanceof String || value instanceof Number || (flag.isSwitch() && value instanceof Boolean)) {
            return String.valueOf(value);
        }
        throw CommandFailed.usage("the configuration file " + file + " has no text or number for the key \"" + name
                + "\"; give it a value or remove it");
    }

    private static Collection<String> keys() {
        return Arrays.stream(ServerFlag.values()).map(ServerFlag::key).toList();
    }
}
