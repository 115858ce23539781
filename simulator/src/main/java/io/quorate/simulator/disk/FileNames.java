package io.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Which files and folders there are, by their names; and which there would be after a power failure. As in a journaling
 * file system, of the changes that are not durable yet a prefix may survive.
 */
final class FileNames {

    /** A change that is not durable yet. */
    private record Change(List<String> directories, NameChange change) {}

    @FunctionalInterface
    private interface NameChange {
        void apply(NavigableMap<String, FileContent> names);
    }

    private final TreeMap<String, FileContent> names = new TreeMap<>();
    private final TreeMap<String, FileContent> durable = new TreeMap<>();
    private final List<Change> changes = new ArrayList<>();

    static String parent(String name) {
        int slash = name.lastIndexOf('/');
        return slash < 0 ? "" : name.substring(0, slash);
    }

    boolean exists(String name) {
        return names.containsKey(name);
    }

    boolean isDirectory(String name) {
        return name.isEmpty()
                || content(name).filter(content -> content.directory).isPresent();
    }

    Optional<FileContent> content(String name) {
        return Optional.ofNullable(names.get(name));
    }

    List<String> all() {
        return List.copyOf(names.keySet());
    }

    /** The names in a folder, without the folder's own. */
    List<String> list(String directory) {
        String prefix = directory.isEmpty() ? "" : directory + "/";
        List<String> found = new ArrayList<>();
        for (String name : names.tailMap(prefix, true).keySet()) {
            if (!name.startsWith(prefix)) {
                break;
            }
            if (name.indexOf('/', prefix.length()) < 0) {
                found.add(name.substring(prefix.length()));
            }
        }
        return List.copyOf(found);
    }

    void create(String name, FileContent content) {
        change(List.of(parent(name)), target -> target.put(name, content));
    }

    void delete(String name) {
        change(List.of(parent(name)), target -> target.remove(name));
    }

    void rename(String from, String to) {
        change(List.of(parent(from), parent(to)), target -> {
            Map<String, FileContent> moved = new TreeMap<>();
            for (String name : List.copyOf(target.keySet())) {
                if (name.equals(from) || name.startsWith(from + "/")) {
                    Optional.ofNullable(target.remove(name))
                            .ifPresent(content -> moved.put(to + name.substring(from.length()), content));
                }
            }
            target.putAll(moved);
        });
    }

    private void change(List<String> directories, NameChange change) {
        change.apply(names);
        changes.add(new Change(directories, change));
    }

    /** What was changed in a folder is durable, and whatever the journal holds before it. */
    void sync(String directory) {
        int last = -1;
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).directories.contains(directory)) {
                last = i;
            }
        }
        survive(last + 1);
    }

    private void survive(int count) {
        List<Change> surviving = changes.subList(0, count);
        surviving.forEach(change -> change.change.apply(durable));
        surviving.clear();
    }

    /** A file is there again, durably, in a folder that may have gone with it. */
    void bringBack(String name, FileContent content) {
        if (!parent(name).isEmpty() && !exists(parent(name))) {
            bringBack(parent(name), new FileContent(true));
        }
        names.put(name, content);
        durable.put(name, content);
    }

    void losePower(RandomGenerator random, long now) {
        survive(random.nextInt(changes.size() + 1));
        changes.clear();
        names.clear();
        names.putAll(durable);
        names.values().forEach(content -> content.losePower(random, now));
    }
}
