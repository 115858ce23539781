package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a client asked for, and what it was answered. Where the outcome is unknown, the answer is none: nothing in it counts.
 * A value that is absent is that of a key that does not exist.
 */
public sealed interface Action {

    /** Whatever may stand in a transaction. */
    sealed interface Step extends Action permits Read, Write, Delete {
        String key();
    }

    /** Reads a key. */
    record Read(String key, Optional<String> seen) implements Step {}

    /** Writes a key, whatever it held. */
    record Write(String key, String value) implements Step {}

    /** Deletes a key, if it exists. */
    record Delete(String key) implements Step {}

    /** Writes a key if it holds what is expected, and says whether it did. */
    record CompareAndSet(String key, Optional<String> expected, String value, boolean succeeded) implements Action {}

    /**
     * Does one list of steps if all compares hold, and the other if not, all at once.
     *
     * @param compares all see what was before the transaction
     * @param succeeded whether the first list was done
     * @param reads what the reads of the list that was done saw, in order
     */
    record Transaction(
            List<Compare> compares,
            List<Step> success,
            List<Step> failure,
            boolean succeeded,
            List<Optional<String>> reads)
            implements Action {
        public Transaction {
            compares = List.copyOf(compares);
            success = List.copyOf(success);
            failure = List.copyOf(failure);
            reads = List.copyOf(reads);
        }

        private List<Read> allAnswers() {
            List<Read> answers = new ArrayList<>();
            if (succeeded) {
                for (Compare compare : compares) {
                    if (compare instanceof Compare.Holds holds) {
                        answers.add(new Read(holds.key(), holds.value()));
                    }
                }
            }
            int place = 0;
            for (Step step : succeeded ? success : failure) {
                if (step instanceof Read read) {
                    answers.add(new Read(read.key, reads.get(place++)));
                }
            }
            return answers;
        }
    }

    /** Something that holds of a key, or not. */
    sealed interface Compare {
        String key();

        /** The key holds this value; absent: it does not exist. */
        record Holds(String key, Optional<String> value) implements Compare {}

        /** The key was written so often since it was created; 0: it does not exist. */
        record HasVersion(String key, long version) implements Compare {}
    }

    /** The keys that it touches. */
    default SortedSet<String> keys() {
        SortedSet<String> keys = new TreeSet<>();
        switch (this) {
            case Step step -> keys.add(step.key());
            case CompareAndSet set -> keys.add(set.key);
            case Transaction transaction -> {
                transaction.compares.forEach(compare -> keys.add(compare.key()));
                transaction.success.forEach(step -> keys.add(step.key()));
                transaction.failure.forEach(step -> keys.add(step.key()));
            }
        }
        return keys;
    }

    /** What it may write, by whatever it finds; deletes are not among it. */
    default List<Write> writes() {
        return switch (this) {
            case Read ignored -> List.of();
            case Write write -> List.of(write);
            case Delete ignored -> List.of();
            case CompareAndSet set -> List.of(new Write(set.key, set.value));
            case Transaction transaction ->
                Stream.concat(transaction.success.stream(), transaction.failure.stream())
                        .flatMap(step -> step.writes().stream())
                        .toList();
        };
    }

    /** What its answer says that keys held; only of an operation whose outcome is known. */
    default List<Read> answers() {
        return switch (this) {
            case Read read -> List.of(read);
            case Write ignored -> List.of();
            case Delete ignored -> List.of();
            case CompareAndSet set -> set.succeeded ? List.of(new Read(set.key, set.expected)) : List.of();
            case Transaction transaction -> transaction.allAnswers();
        };
    }

    /** Whether it changes nothing, whatever it finds. */
    default boolean onlyReads() {
        return switch (this) {
            case Read read -> true;
            case Write write -> false;
            case Delete delete -> false;
            case CompareAndSet set -> false;
            case Transaction transaction ->
                transaction.success.stream().allMatch(Action::onlyReads)
                        && transaction.failure.stream().allMatch(Action::onlyReads);
        };
    }
}
