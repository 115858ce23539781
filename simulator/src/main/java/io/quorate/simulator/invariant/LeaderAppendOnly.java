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
    public Set<Class<?>> mattering() {
        return Set.of(Effect.TruncateLog.class, Effect.AppendReceived.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            boolean following = effect instanceof Effect.TruncateLog || effect instanceof Effect.AppendReceived;
            if (following && leading.contains(member.id()) && !stepsDown(effects)) {
                throw violated("member " + member.id() + " leads, and does " + effect);
            }
        }
    }

    /** The change of role is told at the end of the step that brings it. */
    private static boolean stepsDown(List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed && changed.role() != RoleName.LEADER) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (changed.role() == RoleName.LEADER) {
            leading.add(member.id());
        } else {
            leading.remove(member.id());
        }
    }
}
