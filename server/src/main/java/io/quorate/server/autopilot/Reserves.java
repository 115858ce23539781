package io.quorate.server.autopilot;

import io.quorate.server.quorum.FaultTolerance;
import io.quorate.server.quorum.Topology;

/**
 * What the voters withstand: as it is now, and once all of them are well.
 *
 * @param failuresNow how many may fail, whichever they are; less than 0 if there is no quorum as it is
 * @param failures the same once all are well
 * @param riskyZonesNow how many zones' loss is not known to be withstood
 * @param riskyZones the same once all are well
 * @param anyZone whether zones are known, and the loss of any one of them is withstood once all are well
 */
record Reserves(int failuresNow, int failures, int riskyZonesNow, int riskyZones, boolean anyZone) {

    static Reserves of(Topology topology) {
        FaultTolerance now = FaultTolerance.now(topology);
        FaultTolerance well = FaultTolerance.whenAllAreWell(topology);
        return new Reserves(
                now.failures(),
                well.failures(),
                now.zonesThatMatter().size(),
                well.zonesThatMatter().size(),
                well.survivesAnyZone());
    }

    /** Whether these are nowhere less than others, neither now nor once all are well. */
    boolean keep(Reserves before) {
        return failuresNow >= before.failuresNow
                && failures >= before.failures
                && riskyZonesNow <= before.riskyZonesNow
                && riskyZones <= before.riskyZones;
    }
}
