package io.quorate.simulator;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.kv.Result;
import io.quorate.simulator.disk.Damage;
import io.quorate.simulator.disk.DiskObserver;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Is told everything that happens in a run, while it happens: what invariants, the trace and the timeline are made from.
 * Must not change anything, and draw no random numbers.
 */
public interface RunObserver {

    /** A member has handed a frame to the network. */
    default void sent(MemberId from, MemberId to, PeerFrame frame) {}

    /** The network has lost a frame. */
    default void lost(MemberId from, MemberId to, PeerFrame frame) {}

    /** A frame has arrived. */
    default void delivered(MemberId from, MemberId to, PeerFrame frame) {}

    /** A frame arrived and was refused, for its bytes were damaged. */
    default void damaged(MemberId from, MemberId to) {}

    /** Bytes were written to a file of a member's disk, and are not durable yet; see {@link DiskObserver}. */
    default void written(MemberId member, Object file, long position, byte[] bytes) {}

    /** A file of a member's disk was synced, as the disk itself knows it. */
    default void synced(MemberId member, Object file, boolean succeeded) {}

    /** Something at rest on a member's disk is another thing now. */
    default void rotted(MemberId member, Damage damage) {}

    /** A client asks for something; what it had asked for before is over. */
    default void asked(int client) {}

    /** A client has got the answer to what it asked for last. */
    default void answered(int client, Result result) {}

    /**
     * A member is asked to have a command committed, by a client or by itself. The bytes may be those of an earlier proposal: that was
     * another one.
     *
     * @param command not to be changed, neither now nor later
     */
    default void proposed(SimulatedMember member, ByteBuffer command) {}

    /** A member has said of a proposal that it was not carried out, and never will be. */
    default void failed(SimulatedMember member, ByteBuffer command) {}

    /** A client that watches, holds a lease or is a user has learned something. */
    default void told(ClientNews news) {}

    /** A member has recovered from its disk; its log can be read. */
    default void opened(SimulatedMember member) {}

    /**
     * The classes of events and effects that make a step matter to this observer; none if every step does. It need not be
     * told of steps without any of them.
     */
    default Set<Class<?>> mattering() {
        return Set.of();
    }

    /** A member's core has handled an event, and what it wants done is about to be done. */
    default void stepped(SimulatedMember member, Event event, List<Effect> effects) {}

    /**
     * A step has changed the role that a member plays, or the term or leader that it plays it for; told right after the step.
     * For those to whom no other steps matter: most change no role.
     */
    default void changedRole(SimulatedMember member, Effect.RoleChanged changed) {}

    /** A member has done everything that it had on its loop: log and state belong together. */
    default void settled(SimulatedMember member) {}

    /** A member's state machine has applied commands. */
    default void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {}

    /** A member's state machine takes a snapshot of the state that it is in. */
    default void captured(SimulatedMember member, long index) {}

    /** A member's state machine stands at a snapshot now. */
    default void restored(SimulatedMember member, long index) {}

    /** A member's process has died. */
    default void crashed(SimulatedMember member, CrashKind kind) {}

    /** A member's node has stopped by itself, or could not start. */
    default void stopped(SimulatedMember member, Throwable cause) {}

    /** A member has refused what another one has sent, since no honest one sends that. */
    default void detected(SimulatedMember member, Detection detection) {}

    /** Others say that they remember a member with another storage: it is about to stop. */
    default void disowned(SimulatedMember member) {}

    /**
     * Whoever manages the cluster is told by its leader that a change of members is done.
     *
     * @param base what the target was made of, if the leader was to refuse it in case that is not in force any more
     */
    default void changed(SimulatedMember leader, Optional<Configuration> base, Configuration target) {}

    /** A learner is about to be made a voter, since it has all up to an index that was committed. */
    default void promoting(MemberId learner, long upTo) {}

    /** Everything is mended, and stays so. */
    default void mended() {}

    /** Something was broken, or mended. */
    default void fault(String description) {}
}
