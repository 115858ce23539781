package io.quorate.cli;

import io.quorate.server.autopilot.AutopilotPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the file of {@code --autopilot-policy}: a YAML mapping of what the members may do by themselves. */
final class AutopilotPolicyFile {

    private static final String PROMOTE = "promote-learners-after";
    private static final String REPLACE = "replace-dead-after";
    private static final String SPARES = "spares";
    private static final String BALANCE = "balance-zones";
    private static final Set<String> KEYS = Set.of(PROMOTE, REPLACE, SPARES, BALANCE);

    private final Path file;

    private AutopilotPolicyFile(Path file) {
        this.file = file;
    }

    /** @throws CommandFailed if the file cannot be read, or says something else than a policy that does something */
    static AutopilotPolicy read(Path file) {
        return new AutopilotPolicyFile(file).policy();
    }

    private AutopilotPolicy policy() {
        if (!(YamlFile.read("the file", file, "its name") instanceof Map<?, ?> mapping)) {
            throw wrong("is not a YAML mapping; write lines such as \"" + PROMOTE + ": 30s\"");
        }
        mapping.keySet().stream()
                .map(String::valueOf)
                .filter(key -> !KEYS.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw wrong("has the unknown key \"" + key + "\"" + Suggestion.among(key, KEYS)
                            + "; correct or remove it");
                });
        AutopilotPolicy policy;
        try {
            policy = new AutopilotPolicy(
                    time(mapping, PROMOTE), time(mapping, REPLACE), spares(mapping), isTrue(mapping, BALANCE));
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, "in the file " + file + ", " + e.getMessage(), e);
        }
        if (policy.isOff()) {
            throw wrong("names nothing that is to be done; name some of " + PROMOTE + ", " + REPLACE + " and " + BALANCE
                    + ", or start without --autopilot-policy");
        }
        return policy;
    }

    private Optional<Duration> time(Map<?, ?> mapping, String key) {
        Object value = mapping.get(key);
        if (!mapping.containsKey(key)) {
            return Optional.empty();
        }
        return Optional.of(WrittenTime.parse(String.valueOf(value))
                .orElseThrow(() -> wrong("has \"" + value + "\" for " + key + ", which is not a time; give "
                        + WrittenTime.FORM + ", such as 30s")));
    }

    private List<String> spares(Map<?, ?> mapping) {
        Object value = mapping.get(SPARES);
        if (!mapping.containsKey(SPARES)) {
            return List.of();
        }
        if (!(value instanceof List<?> list) || !list.stream().allMatch(AutopilotPolicyFile::isScalar)) {
            throw wrong("has no list of names for " + SPARES + "; write \"" + SPARES + ": [e, f]\"");
        }
        return list.stream().map(String::valueOf).toList();
    }

    private static boolean isScalar(@Nullable Object value) {
        return value instanceof String || value instanceof Number;
    }

    private boolean isTrue(Map<?, ?> mapping, String key) {
        if (!mapping.containsKey(key)) {
            return false;
        }
        if (mapping.get(key) instanceof Boolean wanted) {
            return wanted;
        }
        throw wrong("has \"" + mapping.get(key) + "\" for " + key + "; give true or false");
    }

    private CommandFailed wrong(String what) {
        return CommandFailed.usage("the file " + file + " " + what);
    }
}
