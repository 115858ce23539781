package io.quorate.simulator.disk;

/** Where on a member's disk a bit turns over. There is no index on it: that is made anew from the segments at each start. */
public enum RotTarget {
    /** Anywhere in a segment of the log. */
    LOG("log/segment-", "", Part.ANYWHERE),
    /** In a segment's header, which bears term, vote and where the log begins. */
    SEGMENT_HEADER("log/segment-", "", Part.BEGINNING),
    /** In what was written last, which bears the latest term, vote and commit index. */
    HARD_STATE("log/segment-", "", Part.END),
    /** In a preallocated segment that is not in use. */
    SPARE_SEGMENT("log/spare-", "", Part.ANYWHERE),
    /** Anywhere in a snapshot. */
    SNAPSHOT("snapshots/snapshot-", "", Part.ANYWHERE),
    /** In the manifest of a snapshot. */
    MANIFEST("snapshots/snapshot-", "/manifest", Part.ANYWHERE),
    /** In what is being received of a snapshot. */
    RECEIVED_SNAPSHOT("snapshots/receiving", "", Part.ANYWHERE),
    /** In the file that says which member of which cluster this is. */
    IDENTITY("identity", "", Part.ANYWHERE);

    /** A part of a file. */
    enum Part {
        ANYWHERE,
        BEGINNING,
        END
    }

    private static final int PART_BYTES = 72;

    private final String prefix;
    private final String suffix;
    private final Part part;

    RotTarget(String prefix, String suffix, Part part) {
        this.prefix = prefix;
        this.suffix = suffix;
        this.part = part;
    }

    boolean isIn(String name) {
        return name.startsWith(prefix) && name.endsWith(suffix);
    }

    /** The first position that may be hit in a file that has so many bytes, trailing zeros not counted. */
    int from(int used) {
        return part == Part.END ? Math.max(0, used - PART_BYTES) : 0;
    }

    /** The position behind the last one that may be hit. */
    int to(int used) {
        return part == Part.BEGINNING ? Math.min(used, PART_BYTES) : used;
    }

    /** Whether only the last of several files will do: the one that is written. */
    boolean isOfTheNewest() {
        return part == Part.END;
    }
}
