package io.quorate.bench.load;

import io.quorate.bench.cost.Costs;
import io.quorate.bench.phase.PhaseHistograms;
import java.util.List;
import java.util.Optional;

/**
 * What one repetition gave.
 *
 * @param number from 1
 * @param tallies one for each kind of requests, then of events
 * @param seconds the measured time, second by second
 * @param costs of the members in the measured time
 * @param phases where the time of the members' writes went then, as they tell it themselves; empty if one of them does not
 */
public record Repetition(
        int number, List<Tally> tallies, List<Second> seconds, Costs costs, Optional<PhaseHistograms> phases) {

    public Repetition {
        tallies = List.copyOf(tallies);
        seconds = List.copyOf(seconds);
    }

    /** All requests together, without events. */
    public Tally all() {
        List<Tally> requests = tallies.stream().filter(tally -> !tally.event()).toList();
        return requests.size() == 1 ? requests.getFirst() : Tally.sum("all", requests);
    }

    /** How many failed, events among them. */
    public long failed() {
        return tallies.stream().mapToLong(Tally::failed).sum();
    }
}
