package io.quorate.simulator.fault;

import java.util.ArrayList;
import java.util.List;

/** Which of the members, in an order that the plan draws, do not hear which others. */
public enum PartitionShape {
    /** Two halves, the first the smaller one, hear nothing of each other. */
    SYMMETRIC,
    /** The first half is heard by the second, and does not hear it. */
    ONE_WAY,
    /** Two halves hear nothing of each other, but the first member sees both. */
    BRIDGE,
    /** Each member hears only those next to it, in a ring: everyone sees a majority, and no two the same. */
    RING,
    /** One member hears nobody and is heard by nobody. */
    ISOLATED;

    /** A way on which nothing comes through, by the places of the two in the order. */
    public record Way(int from, int to) {}

    /** The ways that are cut among so many members. */
    public List<Way> cut(int members) {
        List<Way> ways = new ArrayList<>();
        for (int from = 0; from < members; from++) {
            for (int to = 0; to < members; to++) {
                if (from != to && cuts(from, to, members)) {
                    ways.add(new Way(from, to));
                }
            }
        }
        return ways;
    }

    private boolean cuts(int from, int to, int members) {
        int half = members / 2;
        return switch (this) {
            case SYMMETRIC -> (from < half) != (to < half);
            case ONE_WAY -> from >= half && to < half;
            case BRIDGE -> from != 0 && to != 0 && (from <= half) != (to <= half);
            case RING ->
                Math.floorMod(from - to, members) > reach(members)
                        && Math.floorMod(to - from, members) > reach(members);
            case ISOLATED -> from == 0 || to == 0;
        };
    }

    /** How far a member of the ring hears to either side: just as far as a majority takes. */
    private static int reach(int members) {
        return (members / 2 + 1) / 2;
    }
}
