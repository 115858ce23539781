package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.quorum.MemberId;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a member lacks whose log was damaged: why it does not vote.
 *
 * @param end the last entry that the log had
 * @param damaged the entries of which there is no intact copy here, as far as they are not found yet
 * @param wantedIndex the entry that is asked for at present: those behind it are found
 * @param lackedBy the members that have said not to have that one
 */
public record MissingEntries(EntryId end, List<Long> damaged, long wantedIndex, SortedSet<MemberId> lackedBy) {

    public MissingEntries {
        damaged = List.copyOf(damaged);
        lackedBy = Collections.unmodifiableSortedSet(new TreeSet<>(lackedBy));
    }
}
