package io.quorate.simulator.enumeration;

import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.disk.UnsyncedData;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/** All disks that a crash at one moment may leave, each once. */
final class CrashImages {

    /** How often sectors and pages are drawn that reached the disk. */
    private static final int DRAWS = 2;

    /**
     * A disk after a crash.
     *
     * @param how what kind of crash it was
     * @param digest of all names and contents
     */
    record Image(String how, SimulatedDisk disk, long digest) {

        /** The same once more, to be changed. */
        SimulatedDisk copy() {
            return disk.copy(new SplittableRandom(digest));
        }
    }

    private final Set<Long> seen = new HashSet<>();
    private long crashes;

    /** How many crashes there were; many leave the same. */
    long crashes() {
        return crashes;
    }

    /**
     * The disks that a crash may leave of this one, except those that this object has given before: a process that dies, and
     * a power failure with each number of name changes that may survive, and with each kind of loss of what was not synced.
     *
     * @param context makes the same disk another case: what had been acknowledged by then
     */
    List<Image> after(SimulatedDisk disk, long context) {
        List<Image> images = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(context);
        add(images, "the process dies", disk.copy(random.split()).afterProcessCrash(), context);
        for (int names = disk.unsyncedNameChanges(); names >= 0; names--) {
            for (UnsyncedData data : UnsyncedData.values()) {
                int draws = data == UnsyncedData.SECTORS || data == UnsyncedData.PAGES ? DRAWS : 1;
                for (int draw = 0; draw < draws; draw++) {
                    String how = "the power fails; of " + disk.unsyncedNameChanges() + " changes of names " + names
                            + " survive, unsynced data: " + data + " (draw " + draw + ")";
                    add(images, how, disk.copy(random.split()).afterPowerLoss(names, data), context);
                }
            }
        }
        return images;
    }

    private void add(List<Image> images, String how, SimulatedDisk disk, long context) {
        crashes++;
        long digest = digest(disk);
        if (seen.add(digest * 31 + context)) {
            images.add(new Image(how, disk, digest));
        }
    }

    private static long digest(SimulatedDisk disk) {
        CRC32 first = new CRC32();
        CRC32C second = new CRC32C();
        for (String name : disk.names()) {
            byte[] label = (name + '\n').getBytes(java.nio.charset.StandardCharsets.UTF_8);
            byte[] bytes = disk.bytes(name);
            first.update(label);
            second.update(label);
            first.update(bytes);
            second.update(bytes);
        }
        return first.getValue() << 32 | second.getValue();
    }
}
