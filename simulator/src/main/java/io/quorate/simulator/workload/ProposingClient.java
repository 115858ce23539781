package io.quorate.simulator.workload;

import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.CertainFailure;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedProcess;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A client that has one command after another proposed by one member or another, and waits for each answer for a while. What is not
 * answered it may ask for again, in the very same bytes.
 */
final class ProposingClient {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long LEAST_WAY_NANOS = 100_000;
    private static final long WAY_SPREAD_NANOS = 400_000;

    /** What such a client asks for. */
    interface Commands {
        /** The next one, as the member that is asked proposes it. */
        byte[] next(MvccStore asked);

        /** What came of the last one. */
        void answered(Result result);

        /** How long the client waits before it asks again, on average. */
        long thinkNanos();
    }

    private final Agenda agenda;
    private final Cluster cluster;
    private final SplittableRandom random;
    private final Commands commands;
    private final Perseverance perseverance;

    /** What was proposed last, as long as nobody has said what came of it. */
    private Optional<byte[]> unanswered = Optional.empty();

    private boolean stopped;
    private boolean waiting;
    private long request;

    ProposingClient(
            Agenda agenda, Cluster cluster, SplittableRandom random, Commands commands, Perseverance perseverance) {
        this.agenda = agenda;
        this.cluster = cluster;
        this.random = random;
        this.commands = commands;
        this.perseverance = perseverance;
    }

    void begin() {
        think();
    }

    void stop() {
        stopped = true;
    }

    /** Whether it waits for no answer. */
    boolean isDone() {
        return !waiting;
    }

    private void think() {
        agenda.after(1 + random.nextLong(2 * commands.thinkNanos()), this::ask);
    }

    private void ask() {
        if (stopped) {
            return;
        }
        waiting = true;
        long number = ++request;
        SimulatedMember member = SpecialClients.anyMember(cluster, random);
        agenda.after(way(), () -> arrive(member, number));
        agenda.after(SECOND / 2 + random.nextLong(SECOND), () -> end(number));
    }

    private void arrive(SimulatedMember member, long number) {
        if (!member.isResponsive()) {
            return;
        }
        SimulatedProcess process = member.process().orElseThrow();
        byte[] command = unanswered
                .filter(last -> perseverance.asksAgain())
                .orElseGet(() -> commands.next(member.store().orElseThrow()));
        unanswered = Optional.of(command);
        CompletableFuture<Void> unused = member.propose(command).handle((result, failure) -> {
            // What a dead process had to say never leaves it.
            if (process.isAlive()) {
                agenda.after(way(), () -> {
                    if (waiting && number == request) {
                        receive(result, failure);
                    }
                    end(number);
                });
            }
            return null;
        });
    }

    private void receive(@Nullable Result result, @Nullable Throwable failure) {
        if (result != null) {
            commands.answered(result);
        }
        if (result != null || CertainFailure.is(failure)) {
            unanswered = Optional.empty();
        }
    }

    private long way() {
        return LEAST_WAY_NANOS + random.nextLong(WAY_SPREAD_NANOS);
    }

    /** Only what ends a request first counts. */
    private void end(long number) {
        if (waiting && number == request) {
            waiting = false;
            think();
        }
    }
}
