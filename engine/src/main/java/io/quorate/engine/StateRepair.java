package io.quorate.engine;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.quorate.core.RefusedSnapshots;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A durable note in a member's data directory that its state is not to be trusted: the next start drops the state and all
 * snapshots, gets another state, and removes the note only when that one is there. So a crash anywhere in between begins the
 * repair anew.
 *
 * <p>Snapshots go too: one that was taken of a damaged or wrong state carries the damage under checksums that are right. The
 * log, the term and the vote are not concerned: they are good.
 *
 * @param reason one sentence for people
 * @param refused which snapshots have come in the place of the state and could not be installed: kept here, since that
 *     stops the node
 */
public record StateRepair(String reason, RefusedSnapshots refused) {

    /** The note's file, in the data directory. */
    public static final String FILE = "state-repair";

    private static final String UNFINISHED = FILE + ".unfinished";
    private static final String FORMAT = "quorate state repair 1";
    private static final int MAX_BYTES = 1 << 16;
    private static final Pattern REFUSED = Pattern.compile("refused (\\d{1,9}), last at (\\d{1,18})");

    /** A repair that has not begun. */
    public StateRepair(String reason) {
        this(reason, RefusedSnapshots.NONE);
    }

    /**
     * Writes the note, durably. The node must not be running; whoever holds the state open must let go of it. What a note
     * that is there already says of refused snapshots stays.
     */
    public void begin(Disk disk) throws IOException {
        RefusedSnapshots before = find(disk).map(StateRepair::refused).orElse(refused);
        new StateRepair(reason, before).write(disk);
    }

    /** Adds to the note, durably, that a snapshot of this index could not be installed. */
    static void refused(Disk disk, long snapshotIndex) throws IOException {
        Optional<StateRepair> note = find(disk);
        if (note.isPresent()) {
            RefusedSnapshots more = note.get().refused.and(snapshotIndex);
            new StateRepair(note.get().reason, more).write(disk);
        }
    }

    private void write(Disk disk) throws IOException {
        if (disk.exists(UNFINISHED)) {
            disk.delete(UNFINISHED);
        }
        try (DiskFile file = disk.create(UNFINISHED)) {
            file.write(ByteBuffer.wrap(content().getBytes(UTF_8)), 0);
            file.sync();
        }
        disk.rename(UNFINISHED, FILE);
        disk.syncDirectory("");
    }

    private String content() {
        String refusals =
                refused.count() == 0 ? "" : "refused " + refused.count() + ", last at " + refused.lastIndex() + "\n";
        return FORMAT + "\n" + reason + "\n" + refusals;
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
            return Optional.of(
                    readable
                            ? new StateRepair(lines[1], refusals(lines.length > 2 ? lines[2] : ""))
                            : new StateRepair("the note of the reason is damaged"));
        }
    }

    private static RefusedSnapshots refusals(String line) {
        Matcher matcher = REFUSED.matcher(line);
        return matcher.matches()
                ? new RefusedSnapshots(Long.parseLong(matcher.group(2)), Integer.parseInt(matcher.group(1)))
                : RefusedSnapshots.NONE;
    }

    /** Removes the note, durably: a state is there again. */
    static void finish(Disk disk) throws IOException {
        if (disk.exists(FILE)) {
            disk.delete(FILE);
            disk.syncDirectory("");
        }
    }
}
