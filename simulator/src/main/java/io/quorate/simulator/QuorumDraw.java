package io.quorate.simulator;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;

/** Draws a bare majority that must be able to elect and commit by itself, whatever became of all others. */
final class QuorumDraw {

    private QuorumDraw() {}

    /**
     * A majority of the voters; empty if none can be named: a change of members may be half done, or too many voters lack
     * something that they had acknowledged, and have to be given it before they vote.
     */
    static Optional<SortedSet<MemberId>> draw(Cluster cluster, MembershipDriver membership, SplittableRandom random) {
        Optional<Configuration> configuration = membership.settled();
        if (configuration.isEmpty()) {
            return Optional.empty();
        }
        List<MemberId> able = new ArrayList<>();
        for (MemberId voter : configuration.get().voters()) {
            SimulatedMember member = cluster.member(voter);
            // One that was misled may have to be filled by any of the others, or by all. One of priority 0, or a
            // witness, may have
            // more of the log than the rest of a quorum, and does not lead.
            boolean wanting = member.wasMisled()
                    || member.isWiped()
                    || member.isWitness()
                    || configuration.get().priority(voter) == 0;
            if (!member.isRetired() && !wanting) {
                able.add(voter);
            }
        }
        int majority = configuration.get().voters().size() / 2 + 1;
        if (able.size() < majority) {
            return Optional.empty();
        }
        Collections.shuffle(able, new Random(random.nextLong()));
        return Optional.of(new TreeSet<>(able.subList(0, majority)));
    }
}
