package io.quorate.simulator.history;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What some keys hold at one moment, and how often each was written since it was created. Immutable. */
final class KeyValues {

    private final Map<String, Integer> places;
    private final @Nullable String[] values;
    private final long[] versions;
    private final boolean counting;
    private final int hash;

    private KeyValues(Map<String, Integer> places, @Nullable String[] values, long[] versions, boolean counting) {
        this.places = places;
        this.values = values;
        this.versions = versions;
        this.counting = counting;
        this.hash = 31 * Arrays.hashCode(values) + Arrays.hashCode(versions);
    }

    /**
     * Keys that do not exist yet.
     *
     * @param places of each key, from 0
     * @param counting whether versions are asked for; where they are not, states that differ in nothing else are the same
     */
    static KeyValues none(Map<String, Integer> places, boolean counting) {
        return new KeyValues(places, new String[places.size()], new long[places.size()], counting);
    }

    /** What there is after an operation; empty if it cannot have been answered so. */
    Optional<KeyValues> after(Operation operation) {
        boolean known = operation.isKnown();
        return switch (operation.action()) {
            case Action.Read read ->
                !known || value(read.key()).equals(read.seen()) ? Optional.of(this) : Optional.empty();
            case Action.Write write -> Optional.of(with(write.key(), write.value()));
            case Action.Delete delete -> Optional.of(with(delete.key(), null));
            case Action.CompareAndSet set -> {
                boolean holds = value(set.key()).equals(set.expected());
                if (known && holds != set.succeeded()) {
                    yield Optional.empty();
                }
                yield Optional.of(holds ? with(set.key(), set.value()) : this);
            }
            case Action.Transaction transaction -> after(transaction, known);
        };
    }

    private Optional<KeyValues> after(Action.Transaction transaction, boolean known) {
        boolean holds = transaction.compares().stream().allMatch(this::holds);
        if (known && holds != transaction.succeeded()) {
            return Optional.empty();
        }
        List<Action.Step> steps = holds ? transaction.success() : transaction.failure();
        KeyValues state = this;
        int reads = 0;
        for (Action.Step step : steps) {
            switch (step) {
                case Action.Read read -> {
                    if (known
                            && !state.value(read.key())
                                    .equals(transaction.reads().get(reads))) {
                        return Optional.empty();
                    }
                    reads++;
                }
                case Action.Write write -> state = state.with(write.key(), write.value());
                case Action.Delete delete -> state = state.with(delete.key(), null);
            }
        }
        return Optional.of(state);
    }

    private boolean holds(Action.Compare compare) {
        return switch (compare) {
            case Action.Compare.Holds holds -> value(holds.key()).equals(holds.value());
            case Action.Compare.HasVersion version -> versions[place(version.key())] == version.version();
        };
    }

    private int place(String key) {
        Integer place = places.get(key);
        if (place == null) {
            throw new IllegalArgumentException("the key " + key + " belongs to another part of the history");
        }
        return place;
    }

    private Optional<String> value(String key) {
        return Optional.ofNullable(values[place(key)]);
    }

    private KeyValues with(String key, @Nullable String value) {
        int place = place(key);
        @Nullable String[] newValues = values.clone();
        newValues[place] = value;
        long[] newVersions = versions;
        if (counting) {
            newVersions = versions.clone();
            newVersions[place] = value == null ? 0 : versions[place] + 1;
        }
        return new KeyValues(places, newValues, newVersions, counting);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyValues that
                && hash == that.hash
                && Arrays.equals(values, that.values)
                && Arrays.equals(versions, that.versions);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        places.forEach((key, place) -> text.append(text.isEmpty() ? "" : ", ")
                .append(key)
                .append(values[place] == null ? " does not exist" : " = " + values[place]));
        return text.toString();
    }
}
