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
 * @param damagedCount of how many entries there is no intact copy here, as far as they are not found yet
 * @param damaged the first {@value #NAMED} of these, at most: where a log ended, its damaged end says, and they may be very many
 * @param wantedIndex the entry that is asked for at present: those behind it are found
 * @param lackedBy the members that have said not to have that one
 */
public record MissingEntries(
        EntryId end, long damagedCount, List<Long> damaged, long wantedIndex, SortedSet<MemberId> lackedBy) {

    /** How many entries are named one by one. */
    public static final int NAMED = 100;

    public MissingEntries {
        damaged = List.copyOf(damaged);
        lackedBy = Collections.unmodifiableSortedSet(new TreeSet<>(lackedBy));
    }
}
