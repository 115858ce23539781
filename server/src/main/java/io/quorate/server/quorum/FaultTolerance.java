package io.quorate.server.quorum;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a cluster withstands.
 *
 * @param failures how many members may fail, whichever they are; less than 0 if there is no quorum as it is
 * @param zones whether the loss of each zone is withstood
 * @param critical the members whose failure alone would cost the quorum, by id; nobody if there is none to lose
 */
public record FaultTolerance(int failures, SortedMap<String, Survival> zones, List<String> critical) {

    /** Whether a quorum survives something. */
    public enum Survival {
        YES,
        NO,
        /** It depends on voters of which nobody knows in which zone they are. */
        UNKNOWN
    }

    public FaultTolerance {
        zones = Collections.unmodifiableSortedMap(new TreeMap<>(zones));
        critical = List.copyOf(critical);
    }

    /** As it is now: members that are down or behind have failed already. */
    public static FaultTolerance now(Topology topology) {
        return of(topology, topology.good());
    }

    /** As it is once all members are well. */
    public static FaultTolerance whenAllAreWell(Topology topology) {
        return of(topology, member -> true);
    }

    private static FaultTolerance of(Topology topology, Predicate<String> left) {
        Voters voters = topology.voters();
        SortedMap<String, Survival> zones = new TreeMap<>();
        for (String zone : topology.zones()) {
            Predicate<String> elsewhere = voter -> !topology.node(voter).isIn(zone);
            Predicate<String> surelyElsewhere =
                    elsewhere.and(voter -> topology.node(voter).zone().isPresent());
            if (topology.canDecide(left.and(surelyElsewhere))) {
                zones.put(zone, Survival.YES);
            } else {
                zones.put(zone, topology.canDecide(left.and(elsewhere)) ? Survival.UNKNOWN : Survival.NO);
            }
        }
        List<String> critical = topology.canDecide(left)
                ? voters.all().stream()
                        .filter(left)
                        .filter(voter -> !topology.canDecide(left.and(other -> !other.equals(voter))))
                        .toList()
                : List.of();
        return new FaultTolerance(topology.failuresTolerated(left), zones, critical);
    }

    public boolean hasQuorum() {
        return failures >= 0;
    }

    /** Whether zones are known, and the loss of any one of them is withstood. */
    public boolean survivesAnyZone() {
        return !zones.isEmpty() && zones.values().stream().allMatch(survival -> survival == Survival.YES);
    }

    /** The zones whose loss is not known to be withstood. */
    public List<String> zonesThatMatter() {
        return zones.entrySet().stream()
                .filter(zone -> zone.getValue() != Survival.YES)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** For people. */
    public String text() {
        if (!hasQuorum()) {
            return "there is no quorum";
        }
        String members = switch (failures) {
            case 0 -> "no member may fail";
            case 1 -> "any one member may fail";
            default -> "any " + failures + " members may fail";
        };
        if (zones.isEmpty()) {
            return members;
        }
        return members + (survivesAnyZone() ? ", any whole zone may fail" : ", " + zoneText());
    }

    private String zoneText() {
        return "the quorum would be lost with " + String.join(", or with ", zonesThatMatter());
    }
}
