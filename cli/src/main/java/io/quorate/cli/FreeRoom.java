package io.quorate.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Room on a disk, looked for before anything is written there. */
final class FreeRoom {

    /** What others on the disk may need while it is written: the logs of members, above all. */
    private static final long RESERVE_BYTES = 64L << 20;

    private FreeRoom() {}

    /**
     * @param what is to be written
     * @throws CommandFailed if there is none
     */
    static void require(Path folder, long bytes, String what) {
        long usable;
        try {
            usable = Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "nobody can tell how much room there is in " + folder, e);
        }
        if (usable - RESERVE_BYTES < bytes) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "there is not enough room in " + folder + ": " + ByteSize.text(usable) + " are free, "
                            + ByteSize.text(bytes) + " are needed for " + what + ", and "
                            + ByteSize.text(RESERVE_BYTES) + " are kept for others; make room, or write elsewhere");
        }
    }
}
