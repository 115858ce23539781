package io.quorate.engine.transport;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;

/**
 * Carries frames between members: best effort, in order while a connection lasts, never blocking. Safe for use by many
 * threads.
 */
public interface Network extends AutoCloseable {

    /**
     * Sends, or drops if the peer cannot be reached or too much is queued for it already; the receiver of
     * {@link Listener#unreachable} is told of drops.
     */
    void send(MemberId to, PeerFrame frame);

    /** Hands out what was queued by {@link #send} since the last flush; many frames, one system call. */
    void flush();

    /**
     * The members have changed, or where they are reached: to be told before anything is sent to a new one.
     *
     * @param current what the log says, though it may yet be rolled back
     * @param committed what holds for good: whoever it lists as removed is not let in any more, and is told so
     */
    void membersChanged(Configuration current, Configuration committed);

    /**
     * A peer has sent what it must not: the connection on which it sends is ended, and no other one is taken from it for a while. What is
     * sent to it goes on.
     */
    default void cutOff(MemberId peer) {}

    /** What the owner of a network is told. Called by the network's threads; must not block. */
    interface Listener extends PeerFrame.Receiver {

        /** Frames to this peer are being lost; told once for each interruption. */
        void unreachable(MemberId peer);

        /** A peer does not let this member in, since it was removed from the cluster. */
        void removed(MemberId says);

        /** A peer does not let this member in, or dials another one: it remembers this one with another storage ({@link StorageIds}). */
        void disowned(MemberId says);
    }

    @Override
    void close();
}
