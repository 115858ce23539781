package io.quorate.cli;

import io.quorate.bench.phase.PhaseHistograms;
import io.quorate.bench.phase.PhaseHistograms.Phase;
import io.quorate.bench.phase.SentMessages;
import io.quorate.server.tuning.TimeoutAdvice;
import io.quorate.server.tuning.Trial;
import io.quorate.server.tuning.Trials;
import io.quorate.server.tuning.Window;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What {@code quorate tune} has seen, and what follows from it.
 *
 * @param phases of the writes of all members' clients
 * @param sent by the leader; empty if none has led all the time
 * @param bestCommitMicros what a commit takes at least; empty if it is not measured
 * @param timeouts if those that there are do not suit
 */
record TuneReport(
        Duration length,
        PhaseHistograms phases,
        Optional<SentMessages> sent,
        OptionalLong bestCommitMicros,
        Optional<TimeoutAdvice> timeouts) {

    /** Writes in a second, of all members' clients. */
    double perSecond() {
        return phases.writes() / (length.toNanos() / 1e9);
    }

    /** The phase that takes longest, of those that follow one another. */
    Optional<Phase> longest() {
        return phases.rows().stream()
                .filter(phase -> !phase.isWithinCommit())
                .max((one, other) -> Double.compare(one.share(), other.share()));
    }

    /** The settings of sending that are worth a trial. */
    List<Trial> trials() {
        Optional<Phase> replicate = phases.phase("replicate");
        if (sent.isEmpty() || replicate.isEmpty()) {
            return List.of();
        }
        SentMessages told = sent.get();
        Window window = Window.ofWrites(
                length,
                phases.writes(),
                phases.whole().meanMicros().orElse(0),
                phases.whole().percentileMicros(99).orElse(0),
                replicate.get().meanMicros(),
                bestCommitMicros.isPresent()
                        ? OptionalDouble.of((double) bestCommitMicros.getAsLong())
                        : OptionalDouble.empty());
        return Trials.of(
                window.withSent(told.messages(), told.full(), told.underWay(), told.heldBack()),
                told.maxBatchBytes(),
                told.maxInflightMessages());
    }
}
