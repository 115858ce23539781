package io.quorate.simulator.history;

import java.util.BitSet;
import java.util.List;
import java.util.Map;

/**
 * Which keys an operation has to do with, by their places in the part: that decides whose order matters.
 *
 * @param touched all that it may see or write
 * @param seen what it reads or compares
 * @param written what it may write
 * @param overwritten what it writes in any case, without having seen it
 * @param silent whether it writes nothing, given its answer
 */
record Footprint(BitSet touched, BitSet seen, BitSet written, BitSet overwritten, boolean silent) {

    static Footprint of(Operation operation, Map<String, Integer> places) {
        BitSet seen = new BitSet();
        BitSet written = new BitSet();
        boolean known = operation.isKnown();
        boolean certain = switch (operation.action()) {
            case Action.Read read -> {
                seen.set(place(places, read.key()));
                yield true;
            }
            case Action.Write write -> {
                written.set(place(places, write.key()));
                yield true;
            }
            case Action.Delete delete -> {
                written.set(place(places, delete.key()));
                yield true;
            }
            case Action.CompareAndSet set -> {
                seen.set(place(places, set.key()));
                if (!known || set.succeeded()) {
                    written.set(place(places, set.key()));
                }
                yield known;
            }
            case Action.Transaction transaction -> {
                transaction.compares().forEach(compare -> seen.set(place(places, compare.key())));
                if (!known || transaction.succeeded()) {
                    addSteps(transaction.success(), places, seen, written);
                }
                if (!known || !transaction.succeeded()) {
                    addSteps(transaction.failure(), places, seen, written);
                }
                yield known;
            }
        };
        BitSet touched = (BitSet) seen.clone();
        touched.or(written);
        BitSet overwritten = new BitSet();
        if (certain) {
            overwritten.or(written);
            overwritten.andNot(seen);
        }
        return new Footprint(touched, seen, written, overwritten, written.isEmpty());
    }

    private static void addSteps(List<Action.Step> steps, Map<String, Integer> places, BitSet seen, BitSet written) {
        for (Action.Step step : steps) {
            (step instanceof Action.Read ? seen : written).set(place(places, step.key()));
        }
    }

    private static int place(Map<String, Integer> places, String key) {
        Integer place = places.get(key);
        if (place == null) {
            throw new IllegalArgumentException("the key " + key + " belongs to another part of the history");
        }
        return place;
    }

    /** Whether nobody can tell that this was done, if the other is done right after it. */
    boolean vanishesUnder(Footprint next) {
        BitSet left = (BitSet) written.clone();
        left.andNot(next.overwritten);
        return left.isEmpty();
    }
}
