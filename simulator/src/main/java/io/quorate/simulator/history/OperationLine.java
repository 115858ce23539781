package io.quorate.simulator.history;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One operation as it stands on a line of a history. */
final class OperationLine {

    private enum Outcome {
        OK,
        UNKNOWN,
        FAILED
    }

    private final JsonFields fields;
    private final long line;
    private final long nanosPerUnit;

    OperationLine(JsonFields fields, long line, long nanosPerUnit) {
        this.fields = fields;
        this.line = line;
        this.nanosPerUnit = nanosPerUnit;
    }

    /** The operation; empty if it certainly did not happen. */
    Optional<Operation> operation() throws BadHistoryException {
        Outcome outcome = outcome();
        boolean known = outcome == Outcome.OK;
        long client = fields.number("client");
        if (client < 0 || client > Integer.MAX_VALUE) {
            throw wrong("the client is " + client + ": number clients from 0");
        }
        Action action = action(known);
        long invoked = nanos("invoked");
        // What is not known to have ended is open, even if the client gave up at some moment.
        boolean hasReturned = fields.has("returned");
        if (known && !hasReturned) {
            throw wrong("there is no field \"returned\": add when the answer came, or \"outcome\":\"unknown\"");
        }
        long returned = hasReturned ? nanos("returned") : invoked;
        if (returned < invoked) {
            throw wrong("it returned before it was invoked: take both times from one clock");
        }
        fields.refuseOthers();
        return outcome == Outcome.FAILED
                ? Optional.empty()
                : Optional.of(new Operation((int) client, action, invoked, known ? returned : Operation.NEVER));
    }

    private long nanos(String name) throws BadHistoryException {
        long units = fields.number(name);
        if (units < 0 || units > (Long.MAX_VALUE - 1) / nanosPerUnit) {
            throw wrong("the field \"" + name + "\" is " + units + ": times are at least 0 and less than 292 years");
        }
        return units * nanosPerUnit;
    }

    private Outcome outcome() throws BadHistoryException {
        String outcome = fields.has("outcome") ? fields.text("outcome") : "ok";
        return switch (outcome) {
            case "ok" -> Outcome.OK;
            case "unknown" -> Outcome.UNKNOWN;
            case "failed" -> Outcome.FAILED;
            default -> throw wrong("the outcome \"" + outcome + "\" is none: use ok, unknown or failed");
        };
    }

    private Action action(boolean known) throws BadHistoryException {
        String op = fields.text("op");
        return switch (op) {
            case "read", "write", "delete" -> step(fields, op, known);
            case "cas" ->
                new Action.CompareAndSet(
                        fields.text("key"),
                        fields.optionalText("expected"),
                        fields.text("value"),
                        answered("succeeded", known));
            case "txn" -> transaction(known);
            default -> throw wrong("the operation \"" + op + "\" is unknown: use read, write, delete, cas or txn");
        };
    }

    private boolean answered(String name, boolean known) throws BadHistoryException {
        if (known) {
            return fields.truth(name);
        }
        // Whoever records may leave it there: it means nothing.
        fields.has(name);
        return false;
    }

    private Action.Step step(JsonFields from, String op, boolean withAnswer) throws BadHistoryException {
        String key = from.text("key");
        return switch (op) {
            case "read" -> {
                from.has("value");
                yield new Action.Read(key, withAnswer ? from.optionalText("value") : Optional.empty());
            }
            case "write" -> new Action.Write(key, from.text("value"));
            case "delete" -> new Action.Delete(key);
            default ->
                throw wrong("the step \"" + op + "\" is unknown: a transaction is made of read, write and delete");
        };
    }

    private Action.Transaction transaction(boolean known) throws BadHistoryException {
        List<Action.Compare> compares = new ArrayList<>();
        for (JsonFields compare : fields.objects("compare")) {
            String key = compare.text("key");
            compares.add(
                    compare.has("version")
                            ? new Action.Compare.HasVersion(key, compare.number("version"))
                            : new Action.Compare.Holds(key, compare.optionalText("value")));
            compare.refuseOthers();
        }
        List<Action.Step> success = steps("success");
        List<Action.Step> failure = steps("failure");
        if (compares.isEmpty() && success.isEmpty() && failure.isEmpty()) {
            throw wrong("the transaction has neither compares nor steps: leave it out");
        }
        boolean succeeded = answered("succeeded", known);
        List<Optional<String>> reads = fields.texts("reads");
        long expected = (succeeded ? success : failure)
                .stream().filter(Action.Read.class::isInstance).count();
        if (known && reads.size() != expected) {
            throw wrong("the field \"reads\" has " + reads.size() + " values, and the list that was done has "
                    + expected + " reads: give one value for each, in order");
        }
        return new Action.Transaction(compares, success, failure, succeeded, known ? reads : List.of());
    }

    private List<Action.Step> steps(String name) throws BadHistoryException {
        List<Action.Step> steps = new ArrayList<>();
        for (JsonFields step : fields.objects(name)) {
            steps.add(step(step, step.text("op"), false));
            step.refuseOthers();
        }
        return steps;
    }

    private BadHistoryException wrong(String what) {
        return new BadHistoryException(line, what);
    }
}
