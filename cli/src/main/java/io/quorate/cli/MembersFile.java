package io.quorate.cli;

import io.quorate.server.operations.MembersPlan;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the file of {@code members apply}: a YAML mapping with a list of the members that there shall be. */
final class MembersFile {

    private static final Set<String> KEYS = Set.of("name", "peer-urls", "role", "witness");

    private final Path file;

    private MembersFile(Path file) {
        this.file = file;
    }

    /** @throws CommandFailed if the file cannot be read, or says something else than who the members shall be */
    static List<MembersPlan.Wanted> read(Path file) {
        return new MembersFile(file).members();
    }

    private List<MembersPlan.Wanted> members() {
        if (!(YamlFile.read("the file", file, "its name") instanceof Map<?, ?> mapping)
                || mapping.size() != 1
                || !(mapping.get("members") instanceof List<?> list)) {
            throw wrong("is not a YAML mapping with the one key \"members\" and a list under it", "");
        }
        List<MembersPlan.Wanted> members = new ArrayList<>();
        list.forEach(member -> members.add(member(member)));
        return members;
    }

    private MembersPlan.Wanted member(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> member)) {
            throw wrong(
                    "has a member that is no mapping",
                    "; write \"- name: a\" and \"  peer-urls: http://10.0.0.1:2380\"");
        }
        member.keySet().stream()
                .map(String::valueOf)
                .filter(key -> !KEYS.contains(key))
                .findFirst()
                .ifPresent(key -> {
                    throw wrong("has a member with the unknown key \"" + key + "\"", Suggestion.among(key, KEYS));
                });
        String name = text(member, "name", "");
        String role = text(member, "role", "voter");
        if (!role.equals("voter") && !role.equals("learner")) {
            throw wrong("gives member " + name + " the role \"" + role + "\"", "; there are voter and learner");
        }
        String where = "the peer-urls of member " + name + " in " + file;
        List<String> urls = MemberUrls.parseList(where, text(member, "peer-urls", "")).stream()
                .map(Object::toString)
                .toList();
        return new MembersPlan.Wanted(name, urls, role.equals("voter"), witness(member, name));
    }

    private boolean witness(Map<?, ?> member, String name) {
        Object value = member.get("witness");
        if (value == null || value instanceof Boolean) {
            return Boolean.TRUE.equals(value);
        }
        throw wrong("says of member " + name + " \"witness: " + value + "\"", "; write true or false");
    }

    /** @param otherwise what counts if the key is not there; empty: it must be */
    private String text(Map<?, ?> member, String key, String otherwise) {
        Object value = member.get(key);
        if (value instanceof Collection<?> list && !list.isEmpty()) {
            return list.stream().map(String::valueOf).collect(Collectors.joining(","));
        }
        if (value instanceof String || value instanceof Number) {
            return String.valueOf(value);
        }
        if (value == null && !otherwise.isEmpty()) {
            return otherwise;
        }
        throw wrong("has a member without the key \"" + key + "\"", "; give it one");
    }

    private CommandFailed wrong(String what, String remedy) {
        return CommandFailed.usage("the file " + file + " " + what + remedy);
    }
}
