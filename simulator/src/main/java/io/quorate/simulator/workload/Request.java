package io.quorate.simulator.workload;

import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.simulator.history.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a client asks for, both as the store understands it and as it stands in a history. */
sealed interface Request {

    /** Something that goes through the log. */
    sealed interface Write extends Request {
        /**
         * What is proposed.
         *
         * @param signed adds to a command who asks for it
         */
        byte[] encoded(UnaryOperator<Command> signed);
    }

    /** Something that goes through the log, and that the store understands. */
    sealed interface Change extends Write {
        Command command();

        @Override
        default byte[] encoded(UnaryOperator<Command> signed) {
            return CommandCodec.encode(signed.apply(command()));
        }
    }

    /** Something that is answered from a member's store, once the read is linearizable. */
    sealed interface Read extends Request {
        Range range();
    }

    /** Answered by whatever member is asked, from what it has: serializable, and perhaps old. */
    record LocalGet(String key) implements Request {
        Range range() {
            return Range.of(Bytes.utf8(key));
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            // What may be old stands in no linearizable history.
            return Optional.empty();
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.RangeResult;
        }
    }

    /** One step by itself, answered with what was there before. */
    record Single(Step step) implements Change {
        @Override
        public Command command() {
            return switch (step) {
                case Step.PutKey put -> put.operation();
                case Step.DeleteKeys delete -> delete.operation();
                case Step.ReadKeys read -> new Txn(List.of(), List.of(read.operation()), List.of());
            };
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            return Optional.of(new Action.Transaction(
                    List.of(),
                    step.actions(),
                    List.of(),
                    true,
                    result.map(step::seen).orElse(List.of())));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.PutResult
                    || result instanceof Result.DeleteRangeResult
                    || result instanceof Result.TxnResult;
        }
    }

    /** Does one thing or another, as a key has been written so often or not. */
    record Branch(String key, long version, List<Step> success, List<Step> failure) implements Change {
        public Branch {
            success = List.copyOf(success);
            failure = List.copyOf(failure);
        }

        @Override
        public Command command() {
            Compare compare = Compare.of(Bytes.utf8(key), new Compare.Version(version), Compare.Outcome.EQUAL);
            return new Txn(List.of(compare), operations(success), operations(failure));
        }

        private static List<Operation> operations(List<Step> steps) {
            List<Operation> operations = new ArrayList<>(steps.size());
            steps.forEach(step -> operations.add(step.operation()));
            return operations;
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            boolean succeeded = result.isPresent() && Exchange.succeeded(result.get());
            return Optional.of(new Action.Transaction(
                    List.of(new Action.Compare.HasVersion(key, version)),
                    actions(success),
                    actions(failure),
                    succeeded,
                    result.map(known -> seen(known, succeeded ? success : failure))
                            .orElse(List.of())));
        }

        private static List<Action.Step> actions(List<Step> steps) {
            List<Action.Step> actions = new ArrayList<>();
            steps.forEach(step -> actions.addAll(step.actions()));
            return actions;
        }

        private static List<Optional<String>> seen(Result result, List<Step> steps) {
            List<Result> responses = ((Result.TxnResult) result).responses();
            List<Optional<String>> seen = new ArrayList<>();
            for (int i = 0; i < steps.size(); i++) {
                seen.addAll(steps.get(i).seen(responses.get(i)));
            }
            return seen;
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.TxnResult;
        }
    }

    /**
     * What it is in a history.
     *
     * @param result its answer; empty if it is not known
     * @return empty if it can change and tell nothing
     */
    Optional<Action> action(Optional<Result> result);

    /** Whether the answer is of the kind that was asked for; anything else is a refusal. */
    boolean isAnsweredBy(Result result);

    /** Puts a value that no other request ever puts. */
    record PutValue(String key, String value) implements Change {
        @Override
        public Command command() {
            return Put.of(Bytes.utf8(key), Bytes.utf8(value));
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            return Optional.of(new Action.Write(key, value));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.PutResult;
        }
    }

    /** Deletes a key. */
    record Delete(String key) implements Change {
        @Override
        public Command command() {
            return DeleteRange.of(Bytes.utf8(key));
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            return Optional.of(new Action.Delete(key));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.DeleteRangeResult;
        }
    }

    /**
     * Writes several keys if all of them hold what is expected, and reads them if not: a register with compare-and-set, a
     * counter, or a transfer between two.
     */
    record Exchange(List<String> keys, List<Optional<String>> expected, List<String> values) implements Change {
        public Exchange {
            keys = List.copyOf(keys);
            expected = List.copyOf(expected);
            values = List.copyOf(values);
        }

        @Override
        public Command command() {
            List<Compare> compares = new ArrayList<>();
            List<Operation> puts = new ArrayList<>();
            List<Operation> reads = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                Bytes key = Bytes.utf8(keys.get(i));
                Compare.Target target = expected.get(i).isPresent()
                        ? new Compare.Value(Bytes.utf8(expected.get(i).get()))
                        : new Compare.CreateRevision(0);
                compares.add(Compare.of(key, target, Compare.Outcome.EQUAL));
                puts.add(Put.of(key, Bytes.utf8(values.get(i))));
                reads.add(Range.of(key));
            }
            return new Txn(compares, puts, reads);
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            List<Action.Compare> compares = new ArrayList<>();
            List<Action.Step> writes = new ArrayList<>();
            List<Action.Step> reads = new ArrayList<>();
            for (int i = 0; i < keys.size(); i++) {
                compares.add(new Action.Compare.Holds(keys.get(i), expected.get(i)));
                writes.add(new Action.Write(keys.get(i), values.get(i)));
                reads.add(new Action.Read(keys.get(i), Optional.empty()));
            }
            boolean succeeded = result.isPresent() && succeeded(result.get());
            List<Optional<String>> seen = result.isPresent() && !succeeded ? seen(result.get()) : List.of();
            return Optional.of(new Action.Transaction(compares, writes, reads, succeeded, seen));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.TxnResult;
        }

        static boolean succeeded(Result result) {
            return result instanceof Result.TxnResult txn && txn.succeeded();
        }

        /** What the keys held when they did not hold what was expected. */
        static List<Optional<String>> seen(Result result) {
            return ((Result.TxnResult) result)
                    .responses().stream()
                            .map(response -> ((Result.RangeResult) response)
                                    .kvs().stream()
                                            .findFirst()
                                            .map(kv -> kv.value().toUtf8()))
                            .toList();
        }
    }

    /** Bytes that are no command, or one that must be refused: a client, or the network before it, has gone mad. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Garbage(byte[] bytes) implements Write {
        /** Whoever has gone mad does not say who it is. */
        @Override
        public byte[] encoded(UnaryOperator<Command> signed) {
            return bytes;
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            return Optional.empty();
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.Rejected;
        }
    }

    /** Reads one key. */
    record Get(String key) implements Read {
        @Override
        public Range range() {
            return Range.of(Bytes.utf8(key));
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            return Optional.of(new Action.Read(key, result.flatMap(Get::value)));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.RangeResult;
        }

        static Optional<String> value(Result result) {
            return ((Result.RangeResult) result)
                    .kvs().stream().findFirst().map(kv -> kv.value().toUtf8());
        }
    }

    /** Reads a set whole: all keys of a prefix, which can hold no others than those listed. */
    record GetAll(String prefix, List<String> keys) implements Read {
        public GetAll {
            keys = List.copyOf(keys);
        }

        @Override
        public Range range() {
            return Range.of(Bytes.utf8(prefix + "/"), Bytes.utf8(prefix + "0"));
        }

        @Override
        public Optional<Action> action(Optional<Result> result) {
            List<Action.Step> reads = new ArrayList<>();
            List<Optional<String>> seen = new ArrayList<>();
            for (String key : keys) {
                reads.add(new Action.Read(key, Optional.empty()));
                seen.add(result.flatMap(range -> value((Result.RangeResult) range, key)));
            }
            return Optional.of(new Action.Transaction(List.of(), reads, List.of(), true, seen));
        }

        @Override
        public boolean isAnsweredBy(Result result) {
            return result instanceof Result.RangeResult;
        }

        private static Optional<String> value(Result.RangeResult range, String key) {
            Bytes wanted = Bytes.utf8(key);
            for (KeyValue kv : range.kvs()) {
                if (kv.key().equals(wanted)) {
                    return Optional.of(kv.value().toUtf8());
                }
            }
            return Optional.empty();
        }
    }
}
