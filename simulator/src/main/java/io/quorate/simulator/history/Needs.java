package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which values are still to be seen by what has not had its turn, and whether any of that can write them again: a value that
 * is needed and cannot come back must not be overwritten. For one thread.
 */
final class Needs {

    /** How often a value of a key is needed, and how often it can be written. */
    static final class Count {
        private int needed;
        private int writers;
    }

    /** What one operation needs and may write. */
    record Share(List<Count> needed, List<Count> written) {}

    private final Map<String, Integer> places;
    private final List<Map<Optional<String>, Count>> counts = new ArrayList<>();

    /** @param places of the keys, from 0 */
    Needs(Map<String, Integer> places) {
        this.places = places;
        places.forEach((key, place) -> counts.add(new HashMap<>()));
    }

    /** Takes note of what must have its turn. */
    Share addRequired(Operation operation) {
        Share share = share(operation);
        change(share, 1);
        return share;
    }

    /** Takes note of what may have its turn, so many times: it can write, but need not see anything. */
    Share addOptional(Operation operation, int times) {
        Share share = new Share(List.of(), share(operation).written);
        change(share, times);
        return share;
    }

    private Share share(Operation operation) {
        List<Count> needed = new ArrayList<>();
        List<Count> written = new ArrayList<>();
        Share share = new Share(needed, written);
        switch (operation.action()) {
            case Action.Transaction transaction -> addSteps(transaction, operation.isKnown(), share);
            case Action.CompareAndSet set -> {
                written.add(count(set.key(), Optional.of(set.value())));
                if (operation.isKnown() && set.succeeded()) {
                    needed.add(count(set.key(), set.expected()));
                }
            }
            case Action.Step step -> {
                boolean tellsNothing = step instanceof Action.Read && !operation.isKnown();
                if (!tellsNothing) {
                    addStep(step, share);
                }
            }
        }
        return share;
    }

    private void addStep(Action.Step step, Share share) {
        switch (step) {
            case Action.Read read -> share.needed.add(count(read.key(), read.seen()));
            case Action.Write write -> share.written.add(count(write.key(), Optional.of(write.value())));
            case Action.Delete delete -> share.written.add(count(delete.key(), Optional.empty()));
        }
    }

    @SuppressWarnings("ReferenceEquality") // which of the two lists it is, not what is in it
    private void addSteps(Action.Transaction transaction, boolean known, Share share) {
        for (List<Action.Step> steps : List.of(transaction.success(), transaction.failure())) {
            boolean done = known && (steps == transaction.success()) == transaction.succeeded();
            Set<String> own = new HashSet<>();
            int reads = 0;
            for (Action.Step step : steps) {
                if (!(step instanceof Action.Read)) {
                    own.add(step.key());
                    addStep(step, share);
                } else if (done) {
                    Optional<String> seen = transaction.reads().get(reads++);
                    if (!own.contains(step.key())) {
                        share.needed.add(count(step.key(), seen));
                    }
                }
            }
        }
        if (known && transaction.succeeded()) {
            for (Action.Compare compare : transaction.compares()) {
                if (compare instanceof Action.Compare.Holds holds) {
                    share.needed.add(count(holds.key(), holds.value()));
                }
            }
        }
    }

    private Count count(String key, Optional<String> value) {
        Integer place = places.get(key);
        if (place == null) {
            throw new IllegalArgumentException("the key " + key + " belongs to another part of the history");
        }
        return counts.get(place).computeIfAbsent(value, ignored -> new Count());
    }

    /** An operation has had its turn. */
    void done(Share share) {
        change(share, -1);
    }

    /** Its turn is taken back. */
    void undone(Share share) {
        change(share, 1);
    }

    private static void change(Share share, int times) {
        for (Count count : share.needed) {
            count.needed += times;
        }
        for (Count count : share.written) {
            count.writers += times;
        }
    }

    /** Whether a value is gone for good that is still needed. */
    boolean lacksSomething(KeyValues before, KeyValues after, BitSet written) {
        for (int place = written.nextSetBit(0); place >= 0; place = written.nextSetBit(place + 1)) {
            if (before.isSettled(place) && !before.holdsTheSame(after, place)) {
                Count count = counts.get(place).get(before.value(place));
                if (count != null && count.needed > 0 && count.writers == 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
