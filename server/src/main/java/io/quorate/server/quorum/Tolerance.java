package io.quorate.server.quorum;

import java.util.ArrayList;
import java.util.List;

/**
 * What a cluster withstands, in numbers that can be compared one by one; more is better.
 *
 * @param failuresNow members that may fail as it is
 * @param failures the same once all are well
 * @param zonesNow how many zones' loss is not withstood as it is, as a negative number
 * @param zones the same once all are well
 */
record Tolerance(int failuresNow, int failures, int zonesNow, int zones) {

    static Tolerance of(Outlook outlook) {
        FaultTolerance now = outlook.now();
        FaultTolerance well = outlook.whenAllAreWell();
        return new Tolerance(
                now.failures(),
                well.failures(),
                -now.zonesThatMatter().size(),
                -well.zonesThatMatter().size());
    }

    /** This, with more failures than so many taken for so many. */
    Tolerance atMost(int enough) {
        return new Tolerance(Math.min(failuresNow, enough), Math.min(failures, enough), zonesNow, zones);
    }

    /** Whether another one is as good in everything. */
    boolean isReachedBy(Tolerance other) {
        return other.failuresNow >= failuresNow
                && other.failures >= failures
                && other.zonesNow >= zonesNow
                && other.zones >= zones;
    }

    /** What another one has before this, in words; nothing if it has nothing. */
    List<String> gains(Tolerance better, Outlook after) {
        List<String> gains = new ArrayList<>();
        if (better.failures > failures) {
            gains.add("tolerates the loss of " + members(better.failures) + " instead of " + number(failures));
        } else if (better.failuresNow > failuresNow) {
            gains.add(
                    "tolerates the loss of " + members(better.failuresNow) + " now, instead of " + number(failuresNow));
        }
        if (better.zones > zones || better.zonesNow > zonesNow) {
            boolean now = better.zones <= zones;
            FaultTolerance reached = now ? after.now() : after.whenAllAreWell();
            gains.add(
                    reached.survivesAnyZone()
                            ? "tolerates the loss of any zone" + (now ? " now" : "")
                            : "fewer zones hold the quorum");
        }
        return gains;
    }

    private static String members(int count) {
        return count == 1 ? "any one member" : "any " + count + " members";
    }

    private static String number(int count) {
        return count == 0 ? "none" : Integer.toString(count);
    }
}
