package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.StateMachine;
import io.quorate.kv.Authorized;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DecodeException;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.simulator.history.Action;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.invariant.InvariantViolation;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Clients do ask for the same again when they have not learned what came of it, and what comes of both is as different as it can be. */
class RepeatedRequestsTest {

    private static final int MAX_SEEDS = 100;

    private static final Set<String> WANTED = Set.of(
            "a command is proposed again",
            "another member is asked for the same",
            "the same member is asked for the same",
            "none of several attempts takes effect",
            "one of several attempts takes effect",
            "a put takes effect twice",
            "the key is changed between two effects of a put",
            "a transaction takes effect twice",
            "a history has an attempt of unknown outcome and one that succeeded",
            "a history has several attempts of unknown outcome");

    /** What has happened in one run. */
    private static final class Reached implements RunObserver {
        private final Set<String> situations;
        private final Map<ByteBuffer, List<SimulatedMember>> asked = new HashMap<>();
        private final Map<ByteBuffer, Integer> effects = new HashMap<>();
        private final Map<Bytes, Bytes> latestValues = new HashMap<>();
        private long appliedIndex;

        Reached(Set<String> situations) {
            this.situations = situations;
        }

        @Override
        public void proposed(SimulatedMember member, ByteBuffer command) {
            List<SimulatedMember> before = asked.computeIfAbsent(command, ignored -> new ArrayList<>());
            if (!before.isEmpty() && decoded(command) instanceof Put) {
                situations.add("a command is proposed again");
                situations.add((before.contains(member) ? "the same" : "another") + " member is asked for the same");
            }
            before.add(member);
        }

        @Override
        public void applied(
                SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
            for (int i = 0; i < commands.size(); i++) {
                if (commands.get(i).id().index() > appliedIndex) {
                    appliedIndex = commands.get(i).id().index();
                    tookEffect(commands.get(i).payload(), results.get(i));
                }
            }
        }

        /** Each of these has made a revision of its own: nobody can take them for one. */
        private void tookEffect(ByteBuffer command, Result result) {
            Command done = decoded(command);
            if (done instanceof Put put && result instanceof Result.PutResult) {
                if (effects.merge(command, 1, Integer::sum) > 1) {
                    situations.add("a put takes effect twice");
                    if (!put.value().equals(latestValues.get(put.key()))) {
                        situations.add("the key is changed between two effects of a put");
                    }
                }
                latestValues.put(put.key(), put.value());
            } else if (done instanceof DeleteRange delete && result instanceof Result.DeleteRangeResult) {
                latestValues.remove(delete.key());
            } else if (done instanceof Txn txn && result instanceof Result.TxnResult made && writes(txn, made)) {
                if (effects.merge(command, 1, Integer::sum) > 1) {
                    situations.add("a transaction takes effect twice");
                }
            }
        }

        private static boolean writes(Txn txn, Result.TxnResult made) {
            return (made.succeeded() ? txn.success() : txn.failure()).stream().anyMatch(step -> step instanceof Put);
        }

        private static Command decoded(ByteBuffer command) {
            try {
                Command logged = CommandCodec.decode(Bytes.copyOf(command));
                return logged instanceof Authorized authorized ? authorized.command() : logged;
            } catch (DecodeException e) {
                return new Txn(List.of(), List.of(), List.of());
            }
        }

        void end(List<Operation> history) {
            asked.forEach((command, members) -> {
                if (members.size() > 1 && decoded(command) instanceof Put) {
                    int times = effects.getOrDefault(command, 0);
                    if (times < 2) {
                        situations.add((times == 0 ? "none" : "one") + " of several attempts takes effect");
                    }
                }
            });
            Set<Action> unknown = new HashSet<>();
            Set<Action> known = new HashSet<>();
            for (Operation operation : history) {
                if (!(operation.action() instanceof Action.Write)) {
                    continue;
                }
                if (operation.isKnown()) {
                    known.add(operation.action());
                } else if (!unknown.add(operation.action())) {
                    situations.add("a history has several attempts of unknown outcome");
                }
            }
            if (known.stream().anyMatch(unknown::contains)) {
                situations.add("a history has an attempt of unknown outcome and one that succeeded");
            }
        }
    }

    @Test
    void allThatCanComeOfItDoesAndNothingIsViolated() {
        Set<String> situations = new TreeSet<>();
        for (long seed = 1; seed <= MAX_SEEDS && !situations.containsAll(WANTED); seed++) {
            SimulatedRun run = new SimulatedRun(RunPlan.draw(seed));
            Reached reached = new Reached(situations);
            run.watch(reached);
            RunResult result = run.run();
            assertThat(result.violation().map(InvariantViolation::getMessage))
                    .describedAs("seed %d", seed)
                    .isEmpty();
            assertThat(result.undecided()).describedAs("seed %d", seed).isFalse();
            reached.end(run.operations());
        }
        assertThat(situations).containsExactlyInAnyOrderElementsOf(WANTED);
    }
}
