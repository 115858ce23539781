package io.quorate.simulator.history;

import io.quorate.simulator.history.Action.Compare;
import io.quorate.simulator.history.Action.Step;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Histories of clients that work on a store at the same time, drawn by a seed. Each operation takes effect at a moment
 * between its invocation and its answer, so they are linearizable; {@link #withOneWrongRead} are not.
 */
final class RandomHistory {

    /**
     * What is drawn.
     *
     * @param distinctValues how many values there are to write; 0 if none is ever written twice
     * @param unknownPermille how many of a thousand writes get no answer
     * @param transactions whether there are transactions, which tie keys together
     */
    record Plan(
            int clients,
            int operations,
            int keys,
            int distinctValues,
            int unknownPermille,
            boolean compareAndSet,
            boolean transactions) {}

    private record Held(String value, long version) {}

    private record Effect(long at, int client, long invoked) {}

    private final Plan plan;
    private final SplittableRandom random;
    private final Map<String, Held> store = new HashMap<>();
    private final List<Operation> operations = new ArrayList<>();
    private long values;

    private RandomHistory(Plan plan, SplittableRandom random) {
        this.plan = plan;
        this.random = random;
    }

    static List<Operation> draw(Plan plan, SplittableRandom random) {
        return new RandomHistory(plan, random).run();
    }

    private List<Operation> run() {
        PriorityQueue<Effect> effects =
                new PriorityQueue<>(Comparator.comparingLong(Effect::at).thenComparingInt(Effect::client));
        for (int client = 0; client < plan.clients; client++) {
            effects.add(next(client, random.nextLong(1000)));
        }
        while (operations.size() < plan.operations) {
            Effect effect = effects.remove();
            Action action = action();
            boolean unknown = !action.onlyReads() && random.nextInt(1000) < plan.unknownPermille;
            // A request that is lost on its way never happens; one whose answer is lost does.
            Action done = unknown && random.nextBoolean() ? action : apply(action);
            long end = effect.at + random.nextLong(1000);
            operations.add(new Operation(effect.client, done, effect.invoked, unknown ? Operation.NEVER : end));
            effects.add(next(effect.client, end + 1 + random.nextLong(300)));
        }
        return List.copyOf(operations);
    }

    private Effect next(int client, long invoked) {
        return new Effect(invoked + random.nextLong(1000), client, invoked);
    }

    private String key() {
        return "k" + random.nextInt(plan.keys);
    }

    private String value() {
        return plan.distinctValues == 0 ? "v" + ++values : "v" + random.nextInt(plan.distinctValues);
    }

    private Optional<String> held(String key) {
        return Optional.ofNullable(store.get(key)).map(Held::value);
    }

    private Optional<String> guess(String key) {
        return random.nextInt(3) > 0 ? held(key) : random.nextBoolean() ? Optional.empty() : Optional.of(value());
    }

    private Action action() {
        String key = key();
        int kind = random.nextInt(20);
        if (kind < 9) {
            return new Action.Read(key, Optional.empty());
        }
        if (kind < 15 || (kind < 19 && !plan.compareAndSet && !plan.transactions)) {
            return new Action.Write(key, value());
        }
        if (kind == 19) {
            return new Action.Delete(key);
        }
        if (!plan.transactions || (plan.compareAndSet && random.nextBoolean())) {
            return new Action.CompareAndSet(key, guess(key), value(), false);
        }
        String other = key();
        List<Compare> compares = new ArrayList<>();
        compares.add(new Compare.Holds(key, guess(key)));
        if (random.nextInt(3) == 0) {
            compares.add(new Compare.HasVersion(other, random.nextInt(3)));
        }
        return new Action.Transaction(
                compares,
                List.of(new Action.Write(key, value()), new Action.Read(other, Optional.empty())),
                random.nextBoolean()
                        ? List.of(new Action.Read(key, Optional.empty()))
                        : List.of(new Action.Delete(other)),
                false,
                List.of());
    }

    private Action apply(Action action) {
        return switch (action) {
            case Action.Read read -> new Action.Read(read.key(), held(read.key()));
            case Action.Write write -> {
                put(write);
                yield write;
            }
            case Action.Delete delete -> {
                store.remove(delete.key());
                yield delete;
            }
            case Action.CompareAndSet set -> {
                boolean holds = held(set.key()).equals(set.expected());
                if (holds) {
                    put(new Action.Write(set.key(), set.value()));
                }
                yield new Action.CompareAndSet(set.key(), set.expected(), set.value(), holds);
            }
            case Action.Transaction transaction -> apply(transaction);
        };
    }

    private Action apply(Action.Transaction asked) {
        boolean holds = asked.compares().stream().allMatch(compare -> switch (compare) {
            case Compare.Holds value -> held(value.key()).equals(value.value());
            case Compare.HasVersion version ->
                (store.containsKey(version.key()) ? store.get(version.key()).version : 0) == version.version();
        });
        List<Optional<String>> reads = new ArrayList<>();
        for (Step step : holds ? asked.success() : asked.failure()) {
            if (apply(step) instanceof Action.Read read) {
                reads.add(read.seen());
            }
        }
        return new Action.Transaction(asked.compares(), asked.success(), asked.failure(), holds, reads);
    }

    private void put(Action.Write write) {
        Held held = store.get(write.key());
        store.put(write.key(), new Held(write.value(), held == null ? 1 : held.version + 1));
    }

    /** The same with another answer to one of the reads: one that was overwritten long before, or that nobody wrote. */
    static List<Operation> withOneWrongRead(List<Operation> history, SplittableRandom random) {
        List<Operation> wrong = new ArrayList<>(history);
        while (true) {
            int place = history.size() / 2 + random.nextInt(history.size() / 2);
            Operation operation = history.get(place);
            if (operation.action() instanceof Action.Read read && operation.isKnown()) {
                Optional<Action.Write> old = history.subList(0, place / 2).stream()
                        .filter(Operation::isKnown)
                        .flatMap(before -> before.action().writes().stream())
                        .filter(write -> write.key().equals(read.key()))
                        .findFirst();
                if (old.isPresent() && !old.map(Action.Write::value).equals(read.seen())) {
                    wrong.set(
                            place,
                            new Operation(
                                    operation.client(),
                                    new Action.Read(read.key(), old.map(Action.Write::value)),
                                    operation.invokedNanos(),
                                    operation.returnedNanos()));
                    return wrong;
                }
            }
        }
    }
}
