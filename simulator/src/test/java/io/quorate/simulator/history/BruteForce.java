package io.quorate.simulator.history;

import io.quorate.simulator.history.Action.Compare;
import io.quorate.simulator.history.Action.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Whether a short history is linearizable, found by trying every order there is. Shares nothing with the checker. */
final class BruteForce {

    private record Held(String value, long version) {}

    private final List<Operation> history;

    private BruteForce(List<Operation> history) {
        this.history = history;
    }

    static boolean isLinearizable(List<Operation> history) {
        return isLinearizableFrom(Map.of(), history);
    }

    /** The same where some keys exist in the beginning, and hold these values. */
    static boolean isLinearizableFrom(Map<String, String> beginning, List<Operation> history) {
        Map<String, Held> store = new HashMap<>();
        beginning.forEach((key, value) -> put(store, key, value));
        return new BruteForce(history).isPossible(new boolean[history.size()], store);
    }

    private boolean isPossible(boolean[] done, Map<String, Held> store) {
        boolean complete = true;
        for (int i = 0; i < done.length; i++) {
            complete &= done[i] || !history.get(i).isKnown();
        }
        if (complete) {
            return true;
        }
        for (int i = 0; i < done.length; i++) {
            if (!done[i] && mayBeNext(i, done)) {
                Map<String, Held> after = new HashMap<>(store);
                if (fits(history.get(i), after)) {
                    done[i] = true;
                    boolean possible = isPossible(done, after);
                    done[i] = false;
                    if (possible) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    private boolean mayBeNext(int place, boolean[] done) {
        for (int i = 0; i < done.length; i++) {
            if (!done[i] && history.get(i).returnedNanos() < history.get(place).invokedNanos()) {
                return false;
            }
        }
        return true;
    }

    private static Optional<String> held(Map<String, Held> store, String key) {
        return Optional.ofNullable(store.get(key)).map(Held::value);
    }

    private static void put(Map<String, Held> store, String key, String value) {
        store.merge(key, new Held(value, 1), (before, ignored) -> new Held(value, before.version + 1));
    }

    @SuppressWarnings("RefactorSwitch") // the switch changes the store on its way
    private static boolean fits(Operation operation, Map<String, Held> store) {
        boolean known = operation.isKnown();
        switch (operation.action()) {
            case Action.CompareAndSet set -> {
                boolean holds = held(store, set.key()).equals(set.expected());
                if (holds) {
                    put(store, set.key(), set.value());
                }
                return !known || holds == set.succeeded();
            }
            case Action.Transaction transaction -> {
                boolean holds = true;
                for (Compare compare : transaction.compares()) {
                    holds &= switch (compare) {
                        case Compare.Holds value -> held(store, value.key()).equals(value.value());
                        case Compare.HasVersion version ->
                            Optional.ofNullable(store.get(version.key()))
                                            .map(Held::version)
                                            .orElse(0L)
                                    == version.version();
                    };
                }
                if (known && holds != transaction.succeeded()) {
                    return false;
                }
                int reads = 0;
                for (Step step : holds ? transaction.success() : transaction.failure()) {
                    if (step instanceof Action.Read read) {
                        if (known
                                && !held(store, read.key())
                                        .equals(transaction.reads().get(reads++))) {
                            return false;
                        }
                    } else {
                        write(step, store);
                    }
                }
                return true;
            }
            case Action.Read read -> {
                return !known || held(store, read.key()).equals(read.seen());
            }
            case Step step -> {
                write(step, store);
                return true;
            }
        }
    }

    private static void write(Step step, Map<String, Held> store) {
        switch (step) {
            case Action.Read ignored -> {}
            case Action.Write write -> put(store, write.key(), write.value());
            case Action.Delete delete -> store.remove(delete.key());
        }
    }
}
