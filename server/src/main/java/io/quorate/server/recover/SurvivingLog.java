package io.quorate.server.recover;

import io.quorate.core.EntryId;
import io.quorate.engine.log.LogInspection;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.util.OptionalLong;

/** The entries of a survivor's log, by their names and hashes. For one thread. */
public interface SurvivingLog {

    /** The entry before the first one. */
    EntryId base();

    EntryId last();

    /** The name of an entry from {@link #base} to {@link #last}. */
    EntryId idAt(long index);

    /** The running hash of the log up to an entry from {@link #base} to {@link #last}, if it is known. */
    OptionalLong chainHashAt(long index) throws IOException;

    /** A log that was read, for as long as that is open. */
    static SurvivingLog of(LogInspection.Content content) {
        return new SurvivingLog() {
            @Override
            public EntryId base() {
                return content.base();
            }

            @Override
            public EntryId last() {
                return content.last();
            }

            @Override
            public EntryId idAt(long index) {
                return content.idAt(index);
            }

            @Override
            public OptionalLong chainHashAt(long index) throws IOException {
                return content.chainHashAt(index);
            }
        };
    }

    /** The log of a member that would begin anew at a snapshot, behind which it has no entry. */
    static SurvivingLog at(Start snapshot) {
        return new SurvivingLog() {
            @Override
            public EntryId base() {
                return snapshot.meta().last();
            }

            @Override
            public EntryId last() {
                return snapshot.meta().last();
            }

            @Override
            public EntryId idAt(long index) {
                return snapshot.meta().last();
            }

            @Override
            public OptionalLong chainHashAt(long index) {
                return snapshot.chainHash();
            }
        };
    }

    /** A state in place of a log: it stands at an entry that was committed, and nothing tells what that is called. */
    static SurvivingLog ofState(EntryId last) {
        return new SurvivingLog() {
            @Override
            public EntryId base() {
                return last;
            }

            @Override
            public EntryId last() {
                return last;
            }

            @Override
            public EntryId idAt(long index) {
                return last;
            }

            @Override
            public OptionalLong chainHashAt(long index) {
                return OptionalLong.empty();
            }

            @Override
            public boolean knowsNames() {
                return false;
            }
        };
    }

    /** A log of which nothing can be relied on. */
    static SurvivingLog none() {
        return new SurvivingLog() {
            @Override
            public EntryId base() {
                return EntryId.ORIGIN;
            }

            @Override
            public EntryId last() {
                return EntryId.ORIGIN;
            }

            @Override
            public EntryId idAt(long index) {
                return EntryId.ORIGIN;
            }

            @Override
            public OptionalLong chainHashAt(long index) {
                return OptionalLong.empty();
            }
        };
    }

    /** Whether an entry is here, or is the one before the first. */
    default boolean reaches(long index) {
        return index >= base().index() && index <= last().index();
    }

    /** Whether the terms of its entries are known. Where they are not, they count as those of the log that it is compared with. */
    default boolean knowsNames() {
        return true;
    }

    /** Whether both logs have the same entry here, and so the same ones before it (paper section 5.3, Log Matching). */
    default boolean agreesWith(SurvivingLog other, long index) throws IOException {
        if (!reaches(index) || !other.reaches(index)) {
            return false;
        }
        if (!knowsNames() || !other.knowsNames()) {
            return true;
        }
        if (!idAt(index).equals(other.idAt(index))) {
            return false;
        }
        OptionalLong own = chainHashAt(index);
        OptionalLong others = other.chainHashAt(index);
        return own.isEmpty() || others.isEmpty() || own.equals(others);
    }

    /**
     * The first entry at which the two do not agree, or at which one of them has none any more. What one has compacted away
     * was committed, and counts as agreed.
     */
    default long firstDifferenceFrom(SurvivingLog other) throws IOException {
        long first = Math.max(base().index(), other.base().index());
        long last = Math.min(last().index(), other.last().index());
        if (last < first || agreesWith(other, last)) {
            return last + 1;
        }
        if (!agreesWith(other, first)) {
            return first;
        }
        long same = first;
        long different = last;
        while (same + 1 < different) {
            long middle = (same + different) >>> 1;
            if (agreesWith(other, middle)) {
                same = middle;
            } else {
                different = middle;
            }
        }
        return different;
    }
}
