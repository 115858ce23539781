package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.engine.StateMachine;
import io.quorate.engine.log.RaftLog;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.util.List;

/**
 * A witness never campaigns, and so never leads; its log holds no command, and nothing is applied there. The log of a member with
 * data holds each command whole (invariant 21).
 */
final class WitnessesHoldNoData implements Invariant {

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        if (member.isWitness() && changed.role() != RoleName.FOLLOWER) {
            throw violated("member " + member.id() + " is a witness, and becomes a " + changed.role() + " in term "
                    + changed.term());
        }
    }

    @Override
    public void settled(SimulatedMember member) {
        RaftLog log = member.log().orElseThrow();
        if (member.isWitness() && log.hadCommands()) {
            throw violated("the log of witness " + member.id() + " holds a command");
        }
        if (!member.isWitness() && log.hadWitnessed()) {
            throw violated("the log of member " + member.id() + " holds an entry without its command");
        }
    }

    @Override
    public void opened(SimulatedMember member) {
        settled(member);
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        if (member.isWitness()) {
            throw violated("witness " + member.id() + " applies commands up to " + lastIndex);
        }
    }
}
