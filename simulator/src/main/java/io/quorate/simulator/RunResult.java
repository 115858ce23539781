package io.quorate.simulator;

import io.quorate.simulator.invariant.InvariantViolation;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param violation what did not hold, if something did not
 * @param virtualNanos how long it took, in its own time
 * @param faults how many faults happened
 * @param completed how many requests of clients were answered
 * @param unknown of how many the client never learned the outcome
 * @param undecided whether too many of these left open whether the history is linearizable: the run says nothing about that
 */
public record RunResult(
        RunPlan plan,
        Optional<InvariantViolation> violation,
        long virtualNanos,
        int faults,
        long completed,
        long unknown,
        boolean undecided) {}
