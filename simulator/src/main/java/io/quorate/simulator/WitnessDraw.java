package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.SplittableRandom;
import java.util.TreeSet;

/**
 * Draws which runs have a witness among their members: some of those with so many that a data member may be lost for good, and the
 * others elect without the witness. It may be the only one to have an entry then, of which it knows no more than the name.
 */
final class WitnessDraw {

    /** A quorum of this many voters without the witness and one more. */
    static final int LEAST_VOTERS = 5;

    /** A stream of its own: what else a seed draws does not depend on it. */
    private static final long STREAM = 0x3c79ac492ba7b653L;

    private static final int ONE_OF = 4;

    private WitnessDraw() {}

    /** The configuration that a run begins with: members 1 to {@code members}, of whom the last may be a witness. */
    static Configuration beginning(long seed, int members) {
        boolean witness = members >= LEAST_VOTERS && new SplittableRandom(seed * STREAM).nextInt(ONE_OF) == 0;
        return of(members, witness ? 1 : 0);
    }

    /** Voters 1 to {@code members}, the last of whom are witnesses. */
    static Configuration of(int members, int witnesses) {
        TreeSet<MemberId> ids = new TreeSet<>();
        for (int i = 1; i <= members; i++) {
            ids.add(new MemberId(i));
        }
        return Configuration.of(ids).withWitnesses(ids.tailSet(new MemberId(members - witnesses + 1L)));
    }

    /** Whether a configuration would have enough voters without one of them. */
    static boolean mayLoseOne(Configuration present, int leastVoters) {
        return present.voters().size() > (present.witnesses().isEmpty() ? leastVoters : LEAST_VOTERS);
    }
}
