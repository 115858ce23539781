package io.quorate.simulator.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The search for an order of the operations of one part of a history: the algorithm of Wing and Gong ("Testing and
 * verifying concurrent objects", 1993) with Lowe's memory of what was tried ("Testing for linearizability", 2017).
 *
 * <p>At each point any operation may come next that was invoked before the earliest answer among those that have not had
 * their turn. When none fits, the last choice is taken back. A set of operations and the state that they led to need not be
 * tried twice, in whatever order they came. Seven things keep the choices few, and none of them loses an order:
 *
 * <ul>
 *   <li>What fits and writes nothing is done at once: whatever comes later can come after it just as well.
 *   <li>Only operations that are tied by their keys to the one with the earliest answer are tried: until that one is done
 *       nothing new can begin, and what has other keys can be done after it.
 *   <li>What need not have happened is tried last, only where it changes something, and not right before something that
 *       overwrites it unseen. {@link OptionalOperations} has more.
 *   <li>What is still to be seen and cannot be written again is not overwritten ({@link Needs}).
 *   <li>Of what need not have happened, little is done in a row at first, and more only where that has led nowhere: where there
 *       is an order at all, there mostly is one that needs little.
 *   <li>Values that nobody names are the same, and so are operations that differ in nothing else ({@link Unseen}).
 *   <li>A choice that leads to a state and a set that are known to lead nowhere is not made, nor one that has only used up more
 *       ({@link Tried}).
 * </ul>
 *
 * Iterative, so that the length of a history is not bounded by the stack. For one thread, and for one search.
 */
final class Linearization {

    /** How a search ended. */
    enum Answer {
        ORDERED,
        /** There is no order. */
        IMPOSSIBLE,
        /** The budget was spent. */
        UNDECIDED
    }

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

    /**
     * A choice that can be taken back.
     *
     * @param invocation what was chosen, if it had to have its turn
     * @param optional what was chosen otherwise
     * @param branch which of the states that it can lead to
     * @param inARowBefore how many that need not have happened came right before
     * @param tied the keys whose operations were to choose from
     * @param forced whether nothing else is to be tried instead
     */
    private record Choice(
            @Nullable Node invocation,
            int optional,
            int branch,
            KeyValues before,
            OptionalOperations.Done doneBefore,
            int lastOptionalBefore,
            int inARowBefore,
            int latestBefore,
            @Nullable BitSet tied,
            boolean forced) {}

    private final List<Operation> required;
    private final List<Footprint> footprints = new ArrayList<>();
    private final List<Needs.Share> shares = new ArrayList<>();
    private final OptionalOperations optional;
    private final List<Needs.Share> optionalShares = new ArrayList<>();
    private final Needs needs;
    private final boolean overwritingMatters;
    private final int keys;
    private final Node head = new Node(-1, null);
    private Tried tried;
    private final Budget budget;
    private final Deque<Choice> choices = new ArrayDeque<>();
    private KeyValues state;
    private OptionalOperations.Done done;
    private int left;
    /** The greatest place of an operation that has had its turn. */
    private int latest = -1;
    /** What was chosen last, if it need not have happened; -1 otherwise. */
    private int lastOptional = -1;
    /** How many that need not have happened were chosen last, one right after the other. */
    private int inARow;
    /** No more than this are chosen in a row. */
    private int mostInARow = 1;
    /** Whether more might have been. */
    private boolean heldBack;

    /**
     * @param required what must have its turn
     * @param optional what may have it, at any time after its invocation
     * @param keys all keys, and the places that the state has them at
     * @param counting whether it matters how often a key was written
     * @param state what the keys hold before the first
     */
    Linearization(
            List<Operation> required,
            List<Operation> optional,
            Map<String, Integer> keys,
            boolean counting,
            KeyValues state,
            Budget budget) {
        Unseen unseen =
                new Unseen(Stream.concat(required.stream(), optional.stream()).toList());
        this.required = required.stream()
                .map(unseen::alike)
                .sorted(Comparator.comparingLong(Operation::invokedNanos))
                .toList();
        this.required.forEach(operation -> footprints.add(Footprint.of(operation, keys)));
        this.optional =
                OptionalOperations.of(optional.stream().map(unseen::alike).toList(), required, keys);
        this.done = this.optional.noneDone();
        this.needs = new Needs(keys);
        this.required.forEach(operation -> shares.add(needs.addRequired(operation)));
        for (int kind = 0; kind < this.optional.kinds(); kind++) {
            optionalShares.add(needs.addOptional(this.optional.operation(kind), this.optional.times(kind)));
        }
        this.keys = keys.size();
        this.overwritingMatters = counting;
        this.state = state;
        this.left = required.size();
        this.budget = budget;
        this.tried = new Tried(budget);
        link();
    }

    private void link() {
        record Moment(long nanos, boolean invocation, Node node) {}
        List<Moment> moments = new ArrayList<>(2 * required.size());
        for (int i = 0; i < required.size(); i++) {
            Node answer = new Node(i, null);
            moments.add(new Moment(required.get(i).invokedNanos(), true, new Node(i, answer)));
            moments.add(new Moment(required.get(i).returnedNanos(), false, answer));
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

    /** Searches: first for an order that needs little of what need not have happened, and then for any. */
    Answer search() {
        while (true) {
            heldBack = false;
            Answer answer = searchWithinBounds();
            if (answer != Answer.IMPOSSIBLE || !heldBack) {
                return answer;
            }
            // Every choice has been taken back: it begins anew.
            mostInARow *= 2;
            tried = new Tried(budget);
        }
    }

    private Answer searchWithinBounds() {
        while (left > 0) {
            if (budget.isSpent()) {
                return Answer.UNDECIDED;
            }
            if (!doSilent() && !choose(null) && !takeBack()) {
                return budget.isSpent() ? Answer.UNDECIDED : Answer.IMPOSSIBLE;
            }
        }
        return Answer.ORDERED;
    }

    /** Does one operation that fits and changes nothing, if there is one. */
    @SuppressWarnings("ReferenceEquality") // a state that nothing has changed is the very same object
    private boolean doSilent() {
        for (Node node = first(); node.isInvocation(); node = next(node)) {
            if (footprints.get(node.operation).silent()) {
                budget.step();
                List<KeyValues> after = state.after(required.get(node.operation));
                if (!after.isEmpty() && after.getFirst() == state) {
                    push(node, -1, 0, null, true);
                    take(node);
                    // Whatever was done last, it fitted into the state that that had left.
                    lastOptional = -1;
                    inARow = 0;
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * Makes the next choice that leads somewhere new.
     *
     * @param after the one that was made before at this point and has been taken back; null for the first
     */
    private boolean choose(@Nullable Choice after) {
        BitSet tied = after == null ? tied() : after.tied;
        if (after == null || after.invocation != null) {
            Node node = after == null || after.invocation == null ? first() : after.invocation;
            int branch = after == null ? 0 : after.branch + 1;
            for (; node.isInvocation(); node = next(node), branch = 0) {
                if (tryRequired(node, branch, tied)) {
                    return true;
                }
            }
        }
        int begin = after == null || after.invocation != null ? 0 : after.optional;
        int branch = after == null || after.invocation != null ? 0 : after.branch + 1;
        long earliestAnswer = earliestAnswer();
        for (int kind = begin; kind < optional.kinds(); kind++, branch = 0) {
            if (optional.canBegin(kind, done, earliestAnswer)) {
                if (inARow == mostInARow) {
                    heldBack = true;
                    return false;
                }
                if (tryOptional(kind, branch, tied)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean tryRequired(Node node, int firstBranch, @Nullable BitSet tied) {
        Footprint footprint = footprints.get(node.operation);
        if (!isAllowed(footprint, tied)) {
            return false;
        }
        budget.step();
        List<KeyValues> after = state.after(required.get(node.operation));
        for (int branch = firstBranch; branch < after.size(); branch++) {
            push(node, -1, branch, tied, false);
            take(node);
            state = after.get(branch);
            lastOptional = -1;
            inARow = 0;
            if (canGoOn(footprint) && isNew()) {
                return true;
            }
            undo(choices.pop());
        }
        return false;
    }

    @SuppressWarnings("ReferenceEquality") // a state that nothing has changed is the very same object
    private boolean tryOptional(int kind, int firstBranch, @Nullable BitSet tied) {
        if (!isAllowed(optional.footprint(kind), tied)) {
            return false;
        }
        budget.step();
        List<KeyValues> after = state.after(optional.operation(kind));
        for (int branch = firstBranch; branch < after.size(); branch++) {
            if (after.get(branch) != state) {
                push(null, kind, branch, tied, false);
                done = optional.with(done, kind);
                needs.done(optionalShares.get(kind));
                state = after.get(branch);
                lastOptional = kind;
                inARow++;
                if (canGoOn(optional.footprint(kind)) && isNew()) {
                    return true;
                }
                undo(choices.pop());
            }
        }
        return false;
    }

    private boolean isAllowed(Footprint footprint, @Nullable BitSet tied) {
        if (tied != null && !tied.intersects(footprint.touched())) {
            return false;
        }
        return lastOptional < 0
                || overwritingMatters
                || !optional.footprint(lastOptional).vanishesUnder(footprint);
    }

    private boolean takeBack() {
        while (!choices.isEmpty()) {
            Choice last = choices.pop();
            undo(last);
            if (!last.forced && choose(last)) {
                return true;
            }
            if (budget.isSpent()) {
                return false;
            }
        }
        return false;
    }

    private void push(@Nullable Node node, int kind, int branch, @Nullable BitSet tied, boolean forced) {
        choices.push(new Choice(node, kind, branch, state, done, lastOptional, inARow, latest, tied, forced));
    }

    private void undo(Choice choice) {
        state = choice.before;
        done = choice.doneBefore;
        lastOptional = choice.lastOptionalBefore;
        inARow = choice.inARowBefore;
        latest = choice.latestBefore;
        if (choice.invocation != null) {
            left++;
            needs.undone(shares.get(choice.invocation.operation));
            relink(answer(choice.invocation));
            relink(choice.invocation);
        } else {
            needs.undone(optionalShares.get(choice.optional));
        }
    }

    /** The keys of whatever is tied, by keys and others' keys, to what must be done next; null if there is only one key. */
    private @Nullable BitSet tied() {
        if (keys == 1) {
            return null;
        }
        List<BitSet> open = new ArrayList<>();
        Node node = first();
        for (; node.isInvocation(); node = next(node)) {
            open.add(footprints.get(node.operation).touched());
        }
        optional.addKeys(open, done, required.get(node.operation).returnedNanos());
        BitSet tied = (BitSet) footprints.get(node.operation).touched().clone();
        int before;
        do {
            before = tied.cardinality();
            for (BitSet touched : open) {
                if (tied.intersects(touched)) {
                    tied.or(touched);
                }
            }
        } while (tied.cardinality() > before);
        return tied;
    }

    private long earliestAnswer() {
        Node node = first();
        while (node.isInvocation()) {
            node = next(node);
        }
        return required.get(node.operation).returnedNanos();
    }

    /** Whether what was chosen last has left everything that others must see. */
    private boolean canGoOn(Footprint chosen) {
        return !needs.lacksSomething(choices.getFirst().before, state, chosen.written());
    }

    private boolean isNew() {
        int count = 0;
        for (Node node = head.next; node != null && node.operation <= latest; node = node.next) {
            if (node.isInvocation()) {
                count++;
            }
        }
        int[] open = new int[count];
        int at = 0;
        for (Node node = head.next; at < count && node != null; node = node.next) {
            if (node.isInvocation()) {
                open[at++] = node.operation;
            }
        }
        // What may be overwritten matters only where anything must not be.
        return tried.add(latest, open, state, done, inARow, overwritingMatters ? -1 : lastOptional);
    }

    private Node first() {
        return next(head);
    }

    private static Node next(Node node) {
        Node next = node.next;
        if (next == null) {
            throw new IllegalStateException("an operation has no answer");
        }
        return next;
    }

    private void take(Node invocation) {
        left--;
        needs.done(shares.get(invocation.operation));
        latest = Math.max(latest, invocation.operation);
        unlink(invocation);
        unlink(answer(invocation));
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
}
