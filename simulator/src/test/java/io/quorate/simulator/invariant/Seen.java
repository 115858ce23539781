package io.quorate.simulator.invariant;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.simulator.SimulatedMember;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What a test makes an invariant see. */
final class Seen {

    private Seen() {}

    static MemberId id(long value) {
        return new MemberId(value);
    }

    static PeerFrame raft(Message message) {
        return new PeerFrame.Raft(0, message);
    }

    static void step(Invariant invariant, SimulatedMember member, Effect... effects) {
        step(invariant, member, new Event.Tick(), effects);
    }

    static void step(Invariant invariant, SimulatedMember member, Event event, Effect... effects) {
        invariant.stepped(member, event, List.of(effects));
        for (Effect effect : effects) {
            if (effect instanceof Effect.RoleChanged changed) {
                invariant.changedRole(member, changed);
            }
        }
    }

    static Effect leads(long term) {
        return new Effect.RoleChanged(RoleName.LEADER, term, Optional.empty());
    }

    static Effect follows(long term) {
        return new Effect.RoleChanged(RoleName.FOLLOWER, term, Optional.empty());
    }

    static StateMachine.Command command(long term, long index, Command command) {
        return new StateMachine.Command(new EntryId(term, index), ByteBuffer.wrap(CommandCodec.encode(command)));
    }

    static void assertViolated(ThrowingCallable what) {
        assertThatThrownBy(what).isInstanceOf(InvariantViolation.class);
    }

    /** Bytes as the log writes them: a frame of segment 1 with these entries. */
    static byte[] frame(long term, long vote, long commitIndex, EntryId... entries) {
        int length = 40 * entries.length;
        ByteBuffer out = ByteBuffer.allocate(72 + length);
        out.putInt(0, 0x514c4246).putInt(16, length).putLong(24, 1);
        out.putLong(48, term).putLong(56, vote).putLong(64, commitIndex);
        int at = 72;
        for (EntryId entry : entries) {
            out.putLong(at + 16, entry.term()).putLong(at + 24, entry.index());
            at += 40;
        }
        return out.array();
    }

    /** The header of segment 1, which begins with the log, as the log writes it. */
    static byte[] segment(long term, long vote) {
        ByteBuffer out = ByteBuffer.allocate(4096);
        out.putInt(0, 0x514c5347).putInt(12, 170).putLong(40, 1);
        return out.putLong(97, term).putLong(105, vote).array();
    }
}
