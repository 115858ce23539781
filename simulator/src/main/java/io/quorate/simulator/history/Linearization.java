package io.quorate.simulator.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The search for an order of the operations of one part of a history: the algorithm of Wing and Gong ("Testing and
 * verifying concurrent objects", 1993) with Lowe's memory of what was tried ("Testing for linearizability", 2017).
 *
 * <p>At each point any operation may come next that was invoked before the earliest answer among those that have not had
 * their turn. When none fits, the last choice is taken back. A set of operations and the state that they led to need not
 * be tried twice, in whatever order they came. Iterative, so that the length of a history is not bounded by the stack.
 */
final class Linearization {

    /** An invocation, or an answer, in a list of all that have not had their turn, by time. */
    private static final class Node {
        private final int operation;
        private final @Nullable Node answer;
        private @Nullable Node previous;
        private @Nullable Node next;

        Node(int operation, @Nullable Node answer) {
            this.operation = operation;
            this.answer = answer;
        }

        boolean isInvocation() {
            return answer != null;
        }
    }

    /** A choice that can be taken back. */
    private record Choice(Node invocation, KeyValues before) {}

    /** Which operations have had their turn: all before {@code word * 64}, and those of these bits behind it. */
    private static final class Tried {
        private final int word;
        private final long[] bits;
        private final KeyValues state;
        private final int hash;

        Tried(int word, long[] bits, KeyValues state) {
            this.word = word;
            this.bits = bits;
            this.state = state;
            this.hash = 31 * (31 * word + Arrays.hashCode(bits)) + state.hashCode();
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Tried that
                    && hash == that.hash
                    && word == that.word
                    && Arrays.equals(bits, that.bits)
                    && state.equals(that.state);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final List<Operation> operations;
    private final Node head = new Node(-1, null);
    private final long[] turned;
    private final Set<Tried> tried = new HashSet<>();
    private final Deque<Choice> choices = new ArrayDeque<>();
    private KeyValues state;
    private int knownLeft;
    private int firstOpenWord;
    private int lastSetWord;
    private long steps;

    /**
     * @param operations by their invocation
     * @param state what the keys hold before the first
     */
    Linearization(List<Operation> operations, KeyValues state) {
        this.operations = operations;
        this.state = state;
        this.turned = new long[operations.size() / Long.SIZE + 1];
        this.knownLeft = (int) operations.stream().filter(Operation::isKnown).count();
        link();
    }

    private void link() {
        record Moment(long nanos, boolean invocation, Node node) {}
        List<Moment> moments = new ArrayList<>(2 * operations.size());
        for (int i = 0; i < operations.size(); i++) {
            Node answer = new Node(i, null);
            moments.add(new Moment(operations.get(i).invokedNanos(), true, new Node(i, answer)));
            moments.add(new Moment(operations.get(i).returnedNanos(), false, answer));
        }
        // What is invoked at the very moment of an answer counts as concurrent with it.
        moments.sort((one, other) -> one.nanos != other.nanos
                ? Long.compare(one.nanos, other.nanos)
                : Boolean.compare(other.invocation, one.invocation));
        Node last = head;
        for (Moment moment : moments) {
            last.next = moment.node;
            moment.node.previous = last;
            last = moment.node;
        }
    }

    /** How many choices were made. */
    long steps() {
        return steps;
    }

    /**
     * Searches.
     *
     * @return whether there is an order; empty if {@code maxSteps} choices did not tell
     */
    Optional<Boolean> search(long maxSteps) {
        Node node = head.next;
        // Operations of unknown outcome need not have happened: they are not waited for.
        while (knownLeft > 0) {
            if (node == null) {
                throw new IllegalStateException("an operation has no answer");
            }
            if (node.isInvocation()) {
                Optional<KeyValues> after = state.after(operations.get(node.operation));
                if (after.isPresent() && isNew(node, after.get())) {
                    if (++steps > maxSteps) {
                        return Optional.empty();
                    }
                    choices.push(new Choice(node, state));
                    state = after.get();
                    take(node);
                    node = head.next;
                } else {
                    node = node.next;
                }
            } else {
                // This answer came before anything that is left was invoked, and its operation has found no place.
                if (choices.isEmpty()) {
                    return Optional.of(false);
                }
                Choice last = choices.pop();
                state = last.before;
                putBack(last.invocation);
                node = last.invocation.next;
            }
        }
        return Optional.of(true);
    }

    private boolean isNew(Node invocation, KeyValues after) {
        set(invocation.operation);
        boolean isNew = tried.add(new Tried(
                firstOpenWord,
                Arrays.copyOfRange(turned, firstOpenWord, Math.max(firstOpenWord, lastSetWord + 1)),
                after));
        if (!isNew) {
            clear(invocation.operation);
        }
        return isNew;
    }

    private void set(int operation) {
        int word = operation / Long.SIZE;
        turned[word] |= 1L << operation;
        lastSetWord = Math.max(lastSetWord, word);
        while (firstOpenWord < turned.length && turned[firstOpenWord] == -1L) {
            firstOpenWord++;
        }
    }

    private void clear(int operation) {
        int word = operation / Long.SIZE;
        turned[word] &= ~(1L << operation);
        firstOpenWord = Math.min(firstOpenWord, word);
        while (lastSetWord > 0 && turned[lastSetWord] == 0) {
            lastSetWord--;
        }
    }

    private void take(Node invocation) {
        if (operations.get(invocation.operation).isKnown()) {
            knownLeft--;
        }
        unlink(invocation);
        unlink(answer(invocation));
    }

    private void putBack(Node invocation) {
        if (operations.get(invocation.operation).isKnown()) {
            knownLeft++;
        }
        clear(invocation.operation);
        relink(answer(invocation));
        relink(invocation);
    }

    private static Node answer(Node invocation) {
        Node answer = invocation.answer;
        if (answer == null) {
            throw new IllegalStateException("an answer was taken for an invocation");
        }
        return answer;
    }

    private static void unlink(Node node) {
        Node previous = node.previous;
        Node next = node.next;
        if (previous != null) {
            previous.next = next;
        }
        if (next != null) {
            next.previous = previous;
        }
    }

    /** A node remembers its neighbours, and what was unlinked last is linked first: so they are its neighbours again. */
    private static void relink(Node node) {
        Node previous = node.previous;
        Node next = node.next;
        if (previous != null) {
            previous.next = node;
        }
        if (next != null) {
            next.previous = node;
        }
    }

    /** All states that the operations can lead to, by any order of those that are known and some of the others. */
    static Set<KeyValues> outcomes(List<Operation> operations, KeyValues before, long maxSteps) {
        Set<KeyValues> outcomes = new HashSet<>();
        Set<Tried> seen = new HashSet<>();
        Deque<Tried> open = new ArrayDeque<>();
        open.push(new Tried(0, new long[operations.size() / Long.SIZE + 1], before));
        long steps = 0;
        while (!open.isEmpty() && steps++ < maxSteps) {
            Tried at = open.pop();
            long earliestAnswer = Long.MAX_VALUE;
            boolean complete = true;
            for (int i = 0; i < operations.size(); i++) {
                if (!isSet(at.bits, i)) {
                    earliestAnswer = Math.min(earliestAnswer, operations.get(i).returnedNanos());
                    complete &= !operations.get(i).isKnown();
                }
            }
            if (complete) {
                outcomes.add(at.state);
            }
            for (int i = 0; i < operations.size(); i++) {
                if (!isSet(at.bits, i) && operations.get(i).invokedNanos() <= earliestAnswer) {
                    long[] bits = at.bits.clone();
                    bits[i / Long.SIZE] |= 1L << i;
                    at.state
                            .after(operations.get(i))
                            .map(next -> new Tried(0, bits, next))
                            .ifPresent(next -> {
                                if (seen.add(next)) {
                                    open.push(next);
                                }
                            });
                }
            }
        }
        return outcomes;
    }

    private static boolean isSet(long[] bits, int place) {
        return (bits[place / Long.SIZE] & (1L << place)) != 0;
    }
}
