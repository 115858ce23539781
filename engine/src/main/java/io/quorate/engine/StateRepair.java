package io.quorate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A durable note in a member's data directory that its state is not to be trusted: the next start drops the state and all
 * snapshots, gets another state, and removes the note only when that one is there. So a crash anywhere in between begins the
 * repair anew.
 *
 * <p>Snapshots go too: one that was taken of a damaged or wrong state carries the damage under checksums that are right. The
 * log, the term and the vote are not concerned: they are good.
 *
 * @param reason one sentence for people
 */
public record StateRepair(String reason) {

    /** The note's file, in the data directory. */
    public static final String FILE = "state-repair";

    private static final String UNFINISHED = FILE + ".unfinished";
    private static final String FORMAT = "quorate state repair 1";
    private static final int MAX_BYTES = 1 << 16;

    /** Writes the note, durably. The node must not be running; whoever holds the state open must let go of it. */
    public void begin(Disk disk) throws IOException {
        if (disk.exists(UNFINISHED)) {
            disk.delete(UNFINISHED);
        }
        try (DiskFile file = disk.create(UNFINISHED)) {
            file.write(ByteBuffer.wrap((FORMAT + "\n" + reason + "\n").getBytes(UTF_8)), 0);
            file.sync();
        }
        disk.rename(UNFINISHED, FILE);
        disk.syncDirectory("");
    }

    /** The note, if there is one; also one that cannot be read counts. */
    public static Optional<StateRepair> find(Disk disk) throws IOException {
        if (!disk.exists(FILE)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(FILE)) {
            ByteBuffer content = ByteBuffer.allocate((int) Math.min(file.size(), MAX_BYTES));
            file.read(content, 0);
            String[] lines = UTF_8.decode(content.flip()).toString().split("\n", -1);
            boolean readable = lines.length >= 2 && lines[0].equals(FORMAT);
            return Optional.of(new StateRepair(readable ? lines[1] : "the note of the reason is damaged"));
        }
    }

    /** Removes the note, durably: a state is there again. */
    static void finish(Disk disk) throws IOException {
        if (disk.exists(FILE)) {
            disk.delete(FILE);
            disk.syncDirectory("");
        }
    }
}
