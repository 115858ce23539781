package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What nobody can tell apart in a history: values that no answer and no compare names, and what an operation of unknown
 * outcome has read. Operations that differ in nothing else are made alike, so that a search tries one of them and not all.
 */
final class Unseen {

    private final Map<String, Set<String>> named = new HashMap<>();
    private final Map<String, String> replacements = new HashMap<>();

    /** @param history all operations that can see each other's values */
    Unseen(List<Operation> history) {
        history.forEach(operation -> addNames(operation.action(), operation.isKnown()));
    }

    private void addNames(Action action, boolean known) {
        if (known) {
            action.answers().forEach(read -> name(read.key(), read.seen()));
        }
        switch (action) {
            case Action.Step ignored -> {}
            case Action.CompareAndSet set -> name(set.key(), set.expected());
            case Action.Transaction transaction -> {
                for (Action.Compare compare : transaction.compares()) {
                    if (compare instanceof Action.Compare.Holds holds) {
                        name(holds.key(), holds.value());
                    }
                }
            }
        }
    }

    private void name(String key, Optional<String> value) {
        value.ifPresent(
                some -> named.computeIfAbsent(key, ignored -> new HashSet<>()).add(some));
    }

    /** The same operation, with one value for all of a key's that nobody names. */
    Operation alike(Operation operation) {
        Action action = switch (operation.action()) {
            case Action.Step step -> alike(step);
            case Action.CompareAndSet set ->
                new Action.CompareAndSet(set.key(), set.expected(), alike(set.key(), set.value()), set.succeeded());
            case Action.Transaction transaction ->
                new Action.Transaction(
                        transaction.compares(),
                        alike(transaction.success(), operation.isKnown()),
                        alike(transaction.failure(), operation.isKnown()),
                        transaction.succeeded(),
                        transaction.reads());
        };
        return new Operation(operation.client(), action, operation.invokedNanos(), operation.returnedNanos());
    }

    private List<Action.Step> alike(List<Action.Step> steps, boolean known) {
        List<Action.Step> alike = new ArrayList<>(steps.size());
        for (Action.Step step : steps) {
            if (known || !(step instanceof Action.Read)) {
                alike.add(alike(step));
            }
        }
        return alike;
    }

    private Action.Step alike(Action.Step step) {
        return switch (step) {
            case Action.Write write -> new Action.Write(write.key(), alike(write.key(), write.value()));
            case Action.Read read -> read;
            case Action.Delete delete -> delete;
        };
    }

    private String alike(String key, String value) {
        Set<String> names = named.getOrDefault(key, Set.of());
        return names.contains(value) ? value : replacements.computeIfAbsent(key, ignored -> unnamed(names));
    }

    private static String unnamed(Set<String> names) {
        String value = "";
        while (names.contains(value)) {
            value += "?";
        }
        return value;
    }
}
