package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.Map;

/**
 * There is at most one leader in a term, whatever configuration elected it and however often it restarts (election safety,
 * paper figure 3; invariant 1).
 */
final class OneLeaderPerTerm implements Invariant {

    private final Map<Long, MemberId> leaders = new HashMap<>();

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            MemberId other = leaders.putIfAbsent(changed.term(), member.id());
            if (other != null && !other.equals(member.id())) {
                throw violated("members " + other + " and " + member.id() + " both lead in term " + changed.term());
            }
        }
    }
}
