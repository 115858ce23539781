package io.quorate.simulator.invariant;

import static io.quorate.simulator.invariant.Seen.assertViolated;
import static io.quorate.simulator.invariant.Seen.follows;
import static io.quorate.simulator.invariant.Seen.id;
import static io.quorate.simulator.invariant.Seen.leads;
import static io.quorate.simulator.invariant.Seen.raft;
import static io.quorate.simulator.invariant.Seen.step;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.StillCluster;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the invariants of elections let pass, and what they do not. */
class ElectionInvariantsCanFailTest {

    private final StillCluster still = new StillCluster(3);

    @Test
    void aTermHasOneLeaderHoweverOftenItIsTold() {
        OneLeaderPerTerm invariant = new OneLeaderPerTerm();
        step(invariant, still.member(1), leads(2));
        step(invariant, still.member(1), leads(2));
        step(invariant, still.member(2), leads(3));
        assertViolated(() -> step(invariant, still.member(3), leads(3)));
    }

    @Test
    void aWitnessNeverLeadsNorAppliesAndItsLogHoldsNoCommand() {
        StillCluster witnessed = new StillCluster(3, 1);
        WitnessesHoldNoData invariant = new WitnessesHoldNoData();
        step(invariant, witnessed.member(1), leads(2));
        step(invariant, witnessed.member(3), follows(2));
        assertViolated(() -> step(invariant, witnessed.member(3), leads(3)));
        assertViolated(() -> invariant.applied(witnessed.member(3), List.of(), List.of(), 1));

        witnessed.append(1, 1, "a");
        invariant.settled(witnessed.member(1));
        invariant.settled(witnessed.member(3));
        witnessed.append(3, 1, "a");
        assertViolated(() -> invariant.settled(witnessed.member(3)));
    }

    @Test
    void whatAMemberIsItStaysAndWitnessesAloneDecideNothing() {
        WitnessesHoldNoData invariant = new WitnessesHoldNoData();
        Configuration members = Configuration.of(Set.of(id(1), id(2), id(3)));
        step(invariant, still.member(1), changed(members.withWitnessLearner(id(4), List.of())));
        step(
                invariant,
                still.member(1),
                changed(members.withVoter(id(4), List.of()).withWitnesses(set(4))));
        assertViolated(() -> step(invariant, still.member(1), changed(members.withVoter(id(4), List.of()))));
        assertViolated(() -> step(invariant, still.member(1), changed(members.withWitnesses(set(3)))));

        WitnessesHoldNoData other = new WitnessesHoldNoData();
        Configuration alone = Configuration.of(set(5, 6)).withWitnesses(set(5, 6));
        assertViolated(() -> step(other, still.member(1), changed(members.jointFrom(alone))));
        assertViolated(() -> step(other, still.member(1), changed(alone)));
    }

    private static Effect changed(Configuration configuration) {
        return new Effect.AppendConfiguration(new EntryId(1, 1), configuration);
    }

    private static SortedSet<MemberId> set(long... ids) {
        return LongStream.of(ids).mapToObj(MemberId::new).collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void aLeaderHasTheVotesOfAQuorumOfItsTerm() {
        ElectedByQuorum invariant = new ElectedByQuorum();
        invariant.delivered(id(2), id(1), raft(new Message.VoteResponse(4, true)));
        step(invariant, still.member(1), leads(4));
        assertViolated(() -> step(invariant, still.member(1), leads(5)));
    }

    @Test
    void refusalsAndVotesOfStrangersElectNobody() {
        ElectedByQuorum invariant = new ElectedByQuorum();
        invariant.delivered(id(2), id(1), raft(new Message.VoteResponse(4, false)));
        invariant.delivered(id(9), id(1), raft(new Message.VoteResponse(4, true)));
        assertViolated(() -> step(invariant, still.member(1), leads(4)));
    }

    @Test
    void aLeaderHasWhatEarlierTermsCommitted() {
        CommittedLog committed = new CommittedLog();
        LeaderCompleteness invariant = new LeaderCompleteness(committed);
        still.append(1, 1, "a");
        still.append(2, 1, "a");
        step(committed, still.member(1), leads(1));
        step(committed, still.member(1), new Effect.Apply(1));
        step(invariant, still.member(2), leads(2));
        assertViolated(() -> step(invariant, still.member(3), leads(2)));
    }

    @Test
    void aLeaderOfAnOldTermNeedNotHaveWhatALaterOneCommitted() {
        CommittedLog committed = new CommittedLog();
        LeaderCompleteness invariant = new LeaderCompleteness(committed);
        still.append(1, 1, "a");
        still.append(1, 5, "b");
        still.append(2, 1, "a");
        step(committed, still.member(1), leads(1));
        step(committed, still.member(1), new Effect.Apply(1));
        step(committed, still.member(1), leads(5));
        step(committed, still.member(1), new Effect.Apply(2));
        step(invariant, still.member(2), leads(3));
        assertViolated(() -> step(invariant, still.member(3), leads(3)));
        assertViolated(() -> step(invariant, still.member(2), leads(6)));
    }

    @Test
    void aLeaderTruncatesNothing() {
        LeaderAppendOnly invariant = new LeaderAppendOnly();
        step(invariant, still.member(1), new Effect.TruncateLog(1), leads(1));
        step(invariant, still.member(1), follows(2), new Effect.TruncateLog(1));
        step(invariant, still.member(1), leads(3));
        assertViolated(() -> step(invariant, still.member(1), new Effect.TruncateLog(1)));
    }
}
