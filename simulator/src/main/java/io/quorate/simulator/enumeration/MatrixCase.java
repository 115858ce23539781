package io.quorate.simulator.enumeration;

import java.util.ArrayList;
import java.util.List;

/**
 * Which copies of which entries are damaged.
 *
 * @param number one bit for each copy: those of the first member's entries come first
 */
public record MatrixCase(int number) {

    /** Members of the matrix. */
    public static final int MEMBERS = 3;

    /** Entries of the matrix. */
    public static final int ENTRIES = 4;

    /** How many cases there are. */
    public static final int COUNT = 1 << (MEMBERS * ENTRIES);

    /** Whether this member's copy of this entry is damaged; both are counted from 0. */
    public boolean isDamaged(int member, int entry) {
        return (number >> (member * ENTRIES + entry) & 1) != 0;
    }

    /** The indexes of the entries that no member has an intact copy of. */
    public List<Long> lostEntries() {
        List<Long> lost = new ArrayList<>();
        for (int entry = 0; entry < ENTRIES; entry++) {
            boolean intact = false;
            for (int member = 0; member < MEMBERS; member++) {
                intact |= !isDamaged(member, entry);
            }
            if (!intact) {
                lost.add(entry + 1L);
            }
        }
        return lost;
    }

    /** Whether each entry has an intact copy. */
    public boolean canRecover() {
        return lostEntries().isEmpty();
    }

    /** As in {@code 1:..x. 2:xx.. 3:....}: member 1 has lost entry 3, member 2 entries 1 and 2. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("case " + number + " (");
        for (int member = 0; member < MEMBERS; member++) {
            text.append(member == 0 ? "" : " ").append(member + 1).append(':');
            for (int entry = 0; entry < ENTRIES; entry++) {
                text.append(isDamaged(member, entry) ? 'x' : '.');
            }
        }
        return text.append(')').toString();
    }
}
