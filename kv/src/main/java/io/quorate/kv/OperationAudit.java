package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells what belongs on record of a note on one of the manager's operations: that it begins, each of its steps once, how it ends, and which other one
 * it has broken off.
 *
 * <p>That an operation goes on is no news. What its steps are its report says, which is the word of whoever carries it out: so a note must not
 * take many records by saying of steps what they are called now.
 */
final class OperationAudit {
    /** A report has room for thousands of steps; an operation has a few: of those beyond it is told how many there were. */
    private static final int MAX_STEPS = 20;

    /** The title has room after whoever asked for it, whatever that one is called. */
    private static final int MAX_ASKED_BY = 100;

    /**
     * One thing that belongs on record.
     *
     * @param count for how many such things it stands
     */
    record Told(String action, String object, String result, long count) {
        Told(String action, String object, String result) {
            this(action, object, result, 1);
        }
    }

    private final OperationRecords before;
    private final List<Told> told = new ArrayList<>();

    private OperationAudit(OperationRecords before) {
        this.before = before;
    }

    /**
     * What belongs on record of a note that was applied.
     *
     * @param before the operations that were on record then
     */
    static List<Told> of(NoteOperation note, Result result, OperationRecords before) {
        OperationAudit audit = new OperationAudit(before);
        switch (result) {
            case Result.OperationResult noted when noted.accepted() -> audit.accepted(note, noted.operation());
            case Result.OperationResult noted ->
                audit.refused(note, "refused for operation " + noted.operation().id());
            case Result.Rejected rejected -> audit.refused(note, word(rejected.error()));
            default -> throw new IllegalStateException("a note came to " + result.getClass());
        }
        return audit.told;
    }

    private void refused(NoteOperation note, String why) {
        told.add(new Told("note", object(note.id(), OperationSummary.of(note.report())), why));
    }

    private void accepted(NoteOperation note, ManagedOperation operation) {
        OperationSummary now = OperationSummary.of(operation.report());
        boolean isOver = operation.state() != ManagedOperation.State.RUNNING;
        if (note.id() == 0 && !isOver) {
            before.running().ifPresent(silent -> brokeOff(silent, operation));
            told.add(new Told("begin", asked(operation.id(), now), forced(now)));
        }
        Optional<ManagedOperation> known = Optional.ofNullable(before.byId().get(note.id()));
        steps(
                known.map(one -> OperationSummary.of(one.report()))
                        .orElse(OperationSummary.NONE)
                        .steps(),
                now.steps(),
                operation.id());
        if (isOver) {
            told.add(new Told(
                    "end",
                    note.isPast() ? asked(operation.id(), now) : object(operation.id(), now),
                    word(operation.state()) + (now.outcome().isEmpty() ? "" : ": " + now.outcome())));
        }
    }

    private void brokeOff(ManagedOperation silent, ManagedOperation other) {
        told.add(new Told(
                "break off",
                object(silent.id(), OperationSummary.of(silent.report())),
                "for operation " + other.id() + " to begin"));
    }

    /** Those that are new, or done by now. */
    private void steps(List<OperationSummary.Step> known, List<OperationSummary.Step> now, long id) {
        int more = 0;
        for (int i = 0; i < now.size(); i++) {
            OperationSummary.Step step = now.get(i);
            if (i < known.size() && (known.get(i).done() || !step.done())) {
                continue;
            }
            if (i < MAX_STEPS) {
                told.add(new Told("step", object(id, step.name()), result(step)));
            } else {
                more++;
            }
        }
        if (more > 0) {
            told.add(new Told("step", object(id, "more steps"), AuditEvent.OK, more));
        }
    }

    private static String result(OperationSummary.Step step) {
        return (step.done() ? "done" : "not done") + (step.result().isEmpty() ? "" : ": " + step.result());
    }

    private static String forced(OperationSummary summary) {
        return summary.forced() ? AuditEvent.OK + ", although a check has refused it" : AuditEvent.OK;
    }

    /** Who asked for it comes first: so the title can neither push it out nor pass for it. */
    private static String asked(long id, OperationSummary summary) {
        if (summary.askedBy().isEmpty()) {
            return object(id, summary);
        }
        String who = AuditEvent.shortened(summary.askedBy(), MAX_ASKED_BY);
        return object(id) + ", asked for by " + who + " (as it says itself)" + of(summary.title());
    }

    private static String object(long id, OperationSummary summary) {
        return object(id, summary.title());
    }

    private static String object(long id, String what) {
        return object(id) + of(what);
    }

    /** One that did not begin has no number. */
    private static String object(long id) {
        return id == 0 ? "operation" : "operation " + id;
    }

    private static String of(String what) {
        return what.isEmpty() ? "" : ": " + what;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
