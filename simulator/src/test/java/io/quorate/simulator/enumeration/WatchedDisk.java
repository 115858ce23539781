package io.quorate.simulator.enumeration;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.ForwardingDisk;
import java.io.IOException;
import java.util.Set;

/** A disk that notes from what kind of name to what kind of name something is renamed. */
final class WatchedDisk extends ForwardingDisk {

    private final Set<String> renames;

    WatchedDisk(Disk real, Set<String> renames) {
        super(real);
        this.renames = renames;
    }

    private static String kind(String name) {
        return name.replaceAll("-[^/]*", "");
    }

    @Override
    public void rename(String from, String to) throws IOException {
        renames.add(kind(from) + " > " + kind(to));
        super.rename(from, to);
    }
}
