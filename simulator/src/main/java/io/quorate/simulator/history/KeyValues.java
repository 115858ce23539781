package io.quorate.simulator.history;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What some keys hold at one moment, and how often each was written since it was created. Immutable.
 *
 * <p>A key may also be open: then it holds anything that it can have held, and what an operation says of it settles that. Of
 * an open key more is allowed than can have been (a failed compare, say, excludes nothing), and never less.
 */
final class KeyValues {

    private enum Unsettled {
        OPEN
    }

    private static final long OPEN_VERSION = -1;

    private final Map<String, Integer> places;
    private final Map<String, Set<String>> possible;
    private final @Nullable Object[] values;
    private final long[] versions;
    private final boolean counting;
    private final int hash;

    private KeyValues(
            Map<String, Integer> places,
            Map<String, Set<String>> possible,
            @Nullable Object[] values,
            long[] versions,
            boolean counting) {
        this.places = places;
        this.possible = possible;
        this.values = values;
        this.versions = versions;
        this.counting = counting;
        this.hash = 31 * Arrays.hashCode(values) + (counting ? Arrays.hashCode(versions) : 0);
    }

    /**
     * Keys that do not exist yet.
     *
     * @param places of each key, from 0
     * @param counting whether versions are asked for; where they are not, states that differ in nothing else are the same
     */
    static KeyValues none(Map<String, Integer> places, boolean counting) {
        return new KeyValues(
                places,
                Map.of(),
                new @Nullable Object[places.size()],
                new long[counting ? places.size() : 0],
                counting);
    }

    /**
     * Keys that are all open.
     *
     * @param possible what each can hold, if it exists
     */
    static KeyValues open(Map<String, Integer> places, boolean counting, Map<String, Set<String>> possible) {
        @Nullable Object[] values = new @Nullable Object[places.size()];
        Arrays.fill(values, Unsettled.OPEN);
        long[] versions = new long[counting ? places.size() : 0];
        Arrays.fill(versions, OPEN_VERSION);
        return new KeyValues(places, possible, values, versions, counting);
    }

    /**
     * What there can be after an operation: nothing if it cannot have been answered so, and more than one only of open keys.
     * The state itself, and no copy of it, if nothing has changed.
     */
    List<KeyValues> after(Operation operation) {
        boolean known = operation.isKnown();
        return switch (operation.action()) {
            case Action.Read read -> known ? some(settle(read.key(), read.seen())) : List.of(this);
            case Action.Write write -> List.of(with(write.key(), write.value()));
            case Action.Delete delete -> List.of(with(delete.key(), null));
            case Action.CompareAndSet set -> after(set, known);
            case Action.Transaction transaction -> after(transaction, known);
        };
    }

    private static List<KeyValues> some(@Nullable KeyValues state) {
        return state == null ? List.of() : List.of(state);
    }

    private List<KeyValues> after(Action.CompareAndSet set, boolean known) {
        KeyValues equal = known && !set.succeeded() ? null : settle(set.key(), set.expected());
        boolean canDiffer = (!known || !set.succeeded()) && canDiffer(set.key(), set.expected());
        if (equal == null) {
            return canDiffer ? List.of(this) : List.of();
        }
        KeyValues done = equal.with(set.key(), set.value());
        return canDiffer ? List.of(done, this) : List.of(done);
    }

    private List<KeyValues> after(Action.Transaction transaction, boolean known) {
        KeyValues success = known && !transaction.succeeded() ? null : holding(transaction.compares());
        boolean canFail = (!known || !transaction.succeeded())
                && transaction.compares().stream().anyMatch(this::canFail);
        if (success != null) {
            success = success.afterSteps(transaction.success(), known ? transaction.reads() : null);
        }
        KeyValues failure = canFail ? afterSteps(transaction.failure(), known ? transaction.reads() : null) : null;
        if (success == null || failure == null) {
            return some(success == null ? failure : success);
        }
        return List.of(success, failure);
    }

    private @Nullable KeyValues afterSteps(List<Action.Step> steps, @Nullable List<Optional<String>> seen) {
        KeyValues state = this;
        int reads = 0;
        for (Action.Step step : steps) {
            switch (step) {
                case Action.Read read -> {
                    if (seen != null) {
                        KeyValues settled = state.settle(read.key(), seen.get(reads++));
                        if (settled == null) {
                            return null;
                        }
                        state = settled;
                    }
                }
                case Action.Write write -> state = state.with(write.key(), write.value());
                case Action.Delete delete -> state = state.with(delete.key(), null);
            }
        }
        return state;
    }

    /** The state in which all compares hold; null if they cannot. */
    private @Nullable KeyValues holding(List<Action.Compare> compares) {
        KeyValues state = this;
        for (Action.Compare compare : compares) {
            KeyValues settled = switch (compare) {
                case Action.Compare.Holds holds -> state.settle(holds.key(), holds.value());
                case Action.Compare.HasVersion version -> state.canHaveVersion(version) ? state : null;
            };
            if (settled == null) {
                return null;
            }
            state = settled;
        }
        return state;
    }

    private boolean canFail(Action.Compare compare) {
        return switch (compare) {
            case Action.Compare.Holds holds -> canDiffer(holds.key(), holds.value());
            case Action.Compare.HasVersion version -> {
                long held = versions[place(version.key())];
                yield held == OPEN_VERSION || held != version.version();
            }
        };
    }

    private boolean canHaveVersion(Action.Compare.HasVersion version) {
        long held = versions[place(version.key())];
        return held == OPEN_VERSION || held == version.version();
    }

    private boolean canDiffer(String key, Optional<String> value) {
        Object held = values[place(key)];
        return held == Unsettled.OPEN || !value.equals(Optional.ofNullable(held));
    }

    /** The state in which the key holds this; null if it cannot. */
    private @Nullable KeyValues settle(String key, Optional<String> value) {
        int place = place(key);
        Object held = values[place];
        if (held != Unsettled.OPEN) {
            return value.equals(Optional.ofNullable(held)) ? this : null;
        }
        if (value.isPresent() && !possible.getOrDefault(key, Set.of()).contains(value.get())) {
            return null;
        }
        return with(place, value.orElse(null), value.isPresent() ? OPEN_VERSION : 0);
    }

    /** Whether it is certain what the key at a place holds. */
    boolean isSettled(int place) {
        return values[place] != Unsettled.OPEN;
    }

    /** What a settled key holds. */
    Optional<String> value(int place) {
        return Optional.ofNullable((String) values[place]);
    }

    boolean holdsTheSame(KeyValues other, int place) {
        return Objects.equals(values[place], other.values[place]);
    }

    private int place(String key) {
        Integer place = places.get(key);
        if (place == null) {
            throw new IllegalArgumentException("the key " + key + " belongs to another part of the history");
        }
        return place;
    }

    private KeyValues with(String key, @Nullable String value) {
        int place = place(key);
        if (!counting) {
            return Objects.equals(value, values[place]) ? this : with(place, value, 0);
        }
        if (value == null) {
            return values[place] == null ? this : with(place, null, 0);
        }
        return with(place, value, versions[place] == OPEN_VERSION ? OPEN_VERSION : versions[place] + 1);
    }

    private KeyValues with(int place, @Nullable String value, long version) {
        @Nullable Object[] newValues = values.clone();
        newValues[place] = value;
        long[] newVersions = versions;
        if (counting) {
            newVersions = versions.clone();
            newVersions[place] = version;
        }
        return new KeyValues(places, possible, newValues, newVersions, counting);
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
}
