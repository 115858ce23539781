package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.SimulatedMember;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A leader never overwrites or deletes entries of its log, it only appends (paper figure 3; invariant 5). */
final class LeaderAppendOnly implements Invariant {

    private final Set<MemberId> leading = new HashSet<>();

    @Override
    public void opened(SimulatedMember member) {
        leading.remove(member.id());
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        // The change of role is told at the end of the step that brings it.
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed && changed.role() != RoleName.LEADER) {
                leading.remove(member.id());
            }
        }
        if (leading.contains(member.id())) {
            effects.forEach(effect -> check(member, effect));
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed && changed.role() == RoleName.LEADER) {
                leading.add(member.id());
            }
        }
    }

    private void check(SimulatedMember member, Effect effect) {
        if (effect instanceof Effect.TruncateLog || effect instanceof Effect.AppendReceived) {
            throw violated("member " + member.id() + " leads, and does " + effect);
        }
    }
}
