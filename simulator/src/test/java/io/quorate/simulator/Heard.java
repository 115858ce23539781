package io.quorate.simulator;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.util.ArrayList;
import java.util.List;

/** What a member hears of the network. */
final class Heard implements Network.Listener {

    final List<PeerFrame> frames = new ArrayList<>();
    final List<MemberId> removedBy = new ArrayList<>();
    final List<MemberId> disownedBy = new ArrayList<>();

    @Override
    public void received(MemberId from, PeerFrame frame) {
        frames.add(frame);
    }

    @Override
    public void unreachable(MemberId peer) {}

    @Override
    public void removed(MemberId says) {
        removedBy.add(says);
    }

    @Override
    public void disowned(MemberId says) {
        disownedBy.add(says);
    }
}
