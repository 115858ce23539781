package io.quorate.cli;

import java.net.URI;

/** What is known of a backup once it was restored and compared with the cluster. */
sealed interface BackupVerdict {

    /**
     * What was restored is what the cluster has at that revision.
     *
     * @param comparedWith the member that told
     * @param keys that are live at the revision
     * @param hash what both come to ({@code HashKV})
     * @param compactedRevision up to which the cluster had compacted when it told
     * @param digest of the whole state, as {@code quorate snapshot restore} prints it
     */
    record Verified(URI comparedWith, long keys, long hash, long compactedRevision, String digest)
            implements BackupVerdict {}

    /** It is not, or nothing could be restored. */
    record Wrong(String why) implements BackupVerdict {}

    /** The cluster did not tell, or the disk had no room: the backup may be as good as any. */
    record Unknown(String why) implements BackupVerdict {}

    /** What a process ends with that has made this one. */
    default int exitCode() {
        return switch (this) {
            case Verified verified -> ExitCode.OK;
            case Wrong wrong -> ExitCode.FAILED;
            case Unknown unknown -> ExitCode.UNDECIDED;
        };
    }
}
