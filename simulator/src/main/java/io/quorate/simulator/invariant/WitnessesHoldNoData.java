package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.log.RaftLog;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A witness never campaigns, and so never leads; its log holds no command, and nothing is applied there. The log of a member with
 * data holds each command whole. Whoever is a witness by one configuration is one by all in which it is a member, and no configuration has
 * voters, or outgoing ones, that are witnesses alone (invariant 21).
 */
final class WitnessesHoldNoData implements Invariant {

    /** By the ids of all that were ever members, whether they are witnesses. Ids are not used again. */
    private final Map<MemberId, Boolean> kinds = new HashMap<>();

    @Override
    public Set<Class<?>> mattering() {
        return Set.of(Effect.AppendConfiguration.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.AppendConfiguration append) {
                check(append.configuration());
            }
        }
    }

    private void check(Configuration appended) {
        for (MemberId member : appended.members()) {
            boolean witness = appended.witnesses().contains(member);
            if (kinds.computeIfAbsent(member, first -> witness) != witness) {
                throw violated("member " + member + " becomes a witness, or ceases to be one, by " + appended);
            }
        }
        boolean holdData = !appended.witnesses().containsAll(appended.voters())
                && (appended.outgoingVoters().isEmpty()
                        || !appended.witnesses().containsAll(appended.outgoingVoters()));
        if (!holdData) {
            throw violated("witnesses alone decide by " + appended);
        }
    }

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
