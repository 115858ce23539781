package io.quorate.server.autopilot;

import io.quorate.server.quorum.FaultTolerance;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Topology;
import io.quorate.server.quorum.Voters;
import java.util.SortedSet;

/**
 * What the voters withstand: as it is now, and once all of them are well.
 *
 * @param failuresNow how many may fail, whichever they are; less than 0 if there is no quorum as it is
 * @param failures the same once all are well
 * @param losses how many voters with data may be lost for good once all are well, whichever they are, such that those left can go on
 *     and have all that was committed for sure; without witnesses these are the failures
 * @param riskyZonesNow how many zones' loss is not known to be withstood
 * @param riskyZones the same once all are well
 * @param anyZone whether zones are known, and the loss of any one of them is withstood once all are well
 */
record Reserves(int failuresNow, int failures, int losses, int riskyZonesNow, int riskyZones, boolean anyZone) {

    static Reserves of(Topology topology) {
        FaultTolerance now = FaultTolerance.now(topology);
        FaultTolerance well = FaultTolerance.whenAllAreWell(topology);
        return new Reserves(
                now.failures(),
                well.failures(),
                Math.min(well.failures(), copies(topology) - 1),
                now.zonesThatMatter().size(),
                well.zonesThatMatter().size(),
                well.survivesAnyZone());
    }

    /**
     * How many voters with data have what was committed, at the least: a quorum has it, and all witnesses may be in that. One always
     * has, since a witness is sent only what such a voter has durably.
     */
    private static int copies(Topology topology) {
        SortedSet<String> voters = topology.voters().present();
        long witnesses =
                voters.stream().map(topology::node).filter(Node::witness).count();
        return Math.max(1, Voters.majority(voters.size()) - (int) witnesses);
    }

    /** Whether these are nowhere less than others, neither now nor once all are well. */
    boolean keep(Reserves before) {
        return failuresNow >= before.failuresNow
                && failures >= before.failures
                && losses >= before.losses
                && riskyZonesNow <= before.riskyZonesNow
                && riskyZones <= before.riskyZones;
    }
}
