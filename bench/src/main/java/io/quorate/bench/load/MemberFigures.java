package io.quorate.bench.load;

import io.quorate.bench.cost.Costs;
import io.quorate.bench.cost.CostsOfMembers;
import io.quorate.bench.cost.MemberAddress;
import io.quorate.bench.phase.PhaseHistograms;
import io.quorate.bench.phase.PhasePages;
import io.quorate.engine.tls.TlsParty;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What a target's members tell of themselves: what they use, and where the time of their writes goes. For one thread, which asks again
 * only when the answer before is there.
 */
final class MemberFigures implements AutoCloseable {

    /** At one time. */
    record Told(CostsOfMembers.Sample costs, Optional<PhasePages.Sample> phases) {}

    /** Between two times. */
    record Used(Costs costs, Optional<PhaseHistograms> phases) {

        static final Used UNKNOWN = new Used(Costs.UNKNOWN, Optional.empty());
    }

    private final CostsOfMembers costs;

    /** Where members tell how long the phases of writes take; nothing of etcd's. */
    private final Optional<PhasePages> phases;

    private MemberFigures(CostsOfMembers costs, Optional<PhasePages> phases) {
        this.costs = costs;
        this.phases = phases;
    }

    /** Looks for the members. */
    static MemberFigures find(List<MemberAddress> members, Optional<TlsParty> tls) {
        return new MemberFigures(CostsOfMembers.find(members, tls), PhasePages.find(members, tls));
    }

    /**
     * Asks all of them, on threads of its own: a member that does not answer this does not answer requests either, and whoever asks
     * has to give these up meanwhile.
     */
    CompletableFuture<Told> ask() {
        return aside(costs::sample).thenCombine(aside(() -> phases.map(PhasePages::sample)), Told::new);
    }

    private static <T> CompletableFuture<T> aside(Supplier<T> question) {
        return CompletableFuture.supplyAsync(
                question, task -> Thread.ofVirtual().start(task));
    }

    Used between(Told before, Told after) {
        return new Used(
                costs.between(before.costs, after.costs),
                before.phases.flatMap(earlier ->
                        after.phases.flatMap(later -> later.since(earlier).phases())));
    }

    /** Where the costs come from, and why some cannot be had. */
    List<String> notes() {
        return costs.notes();
    }

    @Override
    public void close() {
        phases.ifPresent(PhasePages::close);
    }
}
