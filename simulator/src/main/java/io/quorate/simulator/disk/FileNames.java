package io.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.IdentityHashMap;
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

    /** A change of names. */
    private sealed interface Change {

        record Created(String name, FileContent content) implements Change {}

        record Deleted(String name) implements Change {}

        record Renamed(String from, String to) implements Change {}

        /** Whether a sync of this folder makes the change durable. */
        default boolean concerns(String directory) {
            return switch (this) {
                case Created created -> parent(created.name).equals(directory);
                case Deleted deleted -> parent(deleted.name).equals(directory);
                case Renamed renamed ->
                    parent(renamed.from).equals(directory) || parent(renamed.to).equals(directory);
            };
        }

        default void applyTo(NavigableMap<String, FileContent> target) {
            switch (this) {
                case Created created -> target.put(created.name, created.content);
                case Deleted deleted -> target.remove(deleted.name);
                case Renamed renamed -> rename(renamed, target);
            }
        }

        private static void rename(Renamed renamed, NavigableMap<String, FileContent> target) {
            String from = renamed.from;
            FileContent content = target.remove(from);
            if (content != null) {
                target.put(renamed.to, content);
                if (!content.directory) {
                    // Nothing is within it, and to look for that takes longer than the rest.
                    return;
                }
            }
            // What is in a folder: '0' is the character that follows '/'.
            NavigableMap<String, FileContent> within = target.subMap(from + "/", true, from + "0", false);
            if (!within.isEmpty()) {
                Map<String, FileContent> moved = new TreeMap<>();
                within.forEach((name, inside) -> moved.put(renamed.to + name.substring(from.length()), inside));
                within.clear();
                target.putAll(moved);
            }
        }
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
        change(new Change.Created(name, content));
    }

    void delete(String name) {
        change(new Change.Deleted(name));
    }

    void rename(String from, String to) {
        change(new Change.Renamed(from, to));
    }

    private void change(Change change) {
        change.applyTo(names);
        changes.add(change);
    }

    /** What was changed in a folder is durable, and whatever the journal holds before it. */
    void sync(String directory) {
        int last = -1;
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).concerns(directory)) {
                last = i;
            }
        }
        survive(last + 1);
    }

    private void survive(int count) {
        List<Change> surviving = changes.subList(0, count);
        surviving.forEach(change -> change.applyTo(durable));
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

    void losePower(RandomGenerator random) {
        surviveOnly(random.nextInt(changes.size() + 1));
        names.values().forEach(content -> content.losePower(random));
    }

    /** Of the changes that are not durable the first so many survive, and of the content what {@code loss} says. */
    void losePower(int survivingChanges, UnsyncedData loss, RandomGenerator random) {
        surviveOnly(Math.min(survivingChanges, changes.size()));
        names.values().forEach(content -> content.losePower(loss, random));
    }

    private void surviveOnly(int count) {
        survive(count);
        changes.clear();
        names.clear();
        names.putAll(durable);
    }

    /** How many changes are not durable. */
    int undurableChanges() {
        return changes.size();
    }

    /** All names and contents, those of the past that may come back included. */
    FileNames copy() {
        IdentityHashMap<FileContent, FileContent> copies = new IdentityHashMap<>();
        FileNames copy = new FileNames();
        names.forEach((name, content) -> copy.names.put(name, copies.computeIfAbsent(content, FileContent::duplicate)));
        durable.forEach(
                (name, content) -> copy.durable.put(name, copies.computeIfAbsent(content, FileContent::duplicate)));
        for (Change change : changes) {
            copy.changes.add(
                    change instanceof Change.Created created
                            ? new Change.Created(
                                    created.name, copies.computeIfAbsent(created.content, FileContent::duplicate))
                            : change);
        }
        return copy;
    }
}
