package io.quorate.simulator.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Draws what whoever manages the cluster does in a run. Only some runs are managed; which are is the seed's choice, and another
 * generator's than the faults', so that a run that is not managed is what it was before there was any of this.
 */
public final class ManagementDraw {

    private static final int ONE_RUN_IN = 4;
    private static final int MAX_OPERATIONS = 6;
    private static final int MAX_OF_WITNESSES = 4;

    private ManagementDraw() {}

    /**
     * Some operations, or none.
     *
     * @param untilNanos when the last of them must have begun
     */
    public static List<Fault> draw(SplittableRandom random, long untilNanos) {
        if (random.nextInt(ONE_RUN_IN) != 0) {
            return List.of();
        }
        return draw(random, untilNanos, Management.ANYWHERE, 1 + random.nextInt(MAX_OPERATIONS));
    }

    /**
     * Some operations that are about witnesses, of a run that is managed and has some.
     *
     * @param untilNanos when the last of them must have begun
     */
    public static List<Fault> ofWitnesses(SplittableRandom random, long untilNanos) {
        return draw(random, untilNanos, Management.OF_WITNESSES, 1 + random.nextInt(MAX_OF_WITNESSES));
    }

    private static List<Fault> draw(SplittableRandom random, long untilNanos, List<Management> some, int count) {
        List<Fault> drawn = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            drawn.add(new Fault.Manage(random.nextLong(untilNanos), some.get(random.nextInt(some.size()))));
        }
        return drawn;
    }

    /** Both, in the order of time. */
    public static List<Fault> together(List<Fault> faults, List<Fault> operations) {
        return Stream.concat(faults.stream(), operations.stream())
                .sorted(Comparator.comparingLong(Fault::at))
                .toList();
    }
}
