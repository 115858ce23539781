package io.quorate.simulator.disk;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Files as they were when they were deleted or renamed, which a damaged file system may show again one day. */
final class OldFiles {

    private final Map<String, byte[]> bytesByName = new TreeMap<>();

    /** A file, or all files of a folder, are about to go. */
    void remember(String name, FileNames names) {
        for (String each : names.all()) {
            if ((each.equals(name) || each.startsWith(name + "/")) && !names.isDirectory(each)) {
                bytesByName.put(each, names.content(each).orElseThrow().copy());
            }
        }
    }

    /** Those whose names begin so and that are not there are there again, as they were. Their names. */
    List<String> bringBack(String prefix, FileNames names) {
        List<String> back = new ArrayList<>();
        bytesByName.forEach((name, bytes) -> {
            if (name.startsWith(prefix) && !names.exists(name)) {
                FileContent content = new FileContent(false);
                content.replace(bytes);
                names.bringBack(name, content);
                back.add(name);
            }
        });
        return back;
    }
}
