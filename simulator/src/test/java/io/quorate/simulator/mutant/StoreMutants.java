package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.kv;

import java.util.List;

/** Bugs of the key-value store. */
final class StoreMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "first-compare-decides",
                    "A transaction succeeds if its first compare holds.",
                    "etcd's Txn",
                    kv("TxnPlan"),
                    """
                    if (!before.satisfies(compare)) {
                                    return false;
                                }
                    """,
                    """
                    return before.satisfies(compare);
                    """),
            new Mutant(
                    "deleted-keys-in-ranges",
                    "A range lists keys that are deleted.",
                    "etcd's Range",
                    kv("KeyScan"),
                    "if (!Version.isDeletion(head, headSize)) {",
                    "if (decided) {"),
            new Mutant(
                    "deleted-key-taken-for-live",
                    "A write finds the key that it writes though it is deleted.",
                    "etcd's Put; invariant 14",
                    kv("Changes"),
                    "return newest.isEmpty() || newest.get().isDeletion()",
                    "return newest.isEmpty()"),
            new Mutant(
                    "batch-hides-its-own-changes",
                    "A command does not see what those before it in its batch have changed.",
                    "invariant 4",
                    kv("Changes"),
                    "Changed changed = changedKeys.get(key);",
                    "Changed changed = changesOfCommand < 0 ? changedKeys.get(key) : null;"),
            new Mutant(
                    "revision-depends-on-the-batch",
                    "What changes nothing raises the revision if something in its batch did.",
                    "invariants 4 and 14",
                    kv("Changes"),
                    """
                    revision = readRevision();
                            changesOfCommand = 0;
                    """,
                    """
                    revision = readRevision();
                    """),
            new Mutant(
                    "applied-index-not-stored",
                    "The applied index is not written with the state.",
                    "corner case 25; etcd 3.5 inconsistency",
                    kv("BatchApplication"),
                    "batch.put(StoreKeys.APPLIED_INDEX, StoreKeys.number(appliedIndex));",
                    ""));

    private StoreMutants() {}
}
