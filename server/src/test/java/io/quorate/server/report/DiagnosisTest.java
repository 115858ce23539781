package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.MemberReport.Alarm;
import io.quorate.server.report.MemberReport.Certificate;
import io.quorate.server.report.MemberReport.Disk;
import io.quorate.server.report.MemberReport.Divergence;
import io.quorate.server.report.MemberReport.Gc;
import io.quorate.server.report.MemberReport.LogDivergence;
import io.quorate.server.report.MemberReport.MissingEntries;
import io.quorate.server.report.MemberReport.RefusedConnection;
import io.quorate.server.report.MemberReport.Score;
import io.quorate.server.report.MemberReport.ScoredPart;
import io.quorate.server.report.MemberReport.SnapshotTransfer;
import io.quorate.server.report.MemberReport.Sync;
import io.quorate.server.report.MemberReport.Tls;
import io.quorate.server.report.MemberReport.Verification;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is said of which reports, case by case. */
class DiagnosisTest {

    private static List<String> why(Told told) {
        return texts(Diagnosis.of(told.done()));
    }

    private static List<String> doctor(Told told) {
        return texts(Diagnosis.thorough(told.done()));
    }

    private static List<String> texts(Diagnosis diagnosis) {
        return diagnosis.problems().stream()
                .map(problem -> problem.urgency() + " " + problem.subject() + " " + problem.what())
                .toList();
    }

    private static List<String> remedies(Told told) {
        return Diagnosis.of(told.done()).problems().stream()
                .map(Problem::remedy)
                .toList();
    }

    @Test
    void nothingIsWrong() {
        assertThat(why(Told.well())).isEmpty();
    }

    @Test
    void whatIsNotKnownYetIsNoProblem() {
        assertThat(why(Told.well().all(draft -> draft.links.clear()))).isEmpty();
        assertThat(why(Told.well().all(draft -> {
                    draft.sync = new Sync(0, 0, 0, 0, 0);
                    draft.disk = Optional.empty();
                })))
                .isEmpty();
    }

    // ---- no leader

    @Test
    void tooFewVotersAnswer() {
        assertThat(why(Told.well().leaderless().down("b").down("c")))
                .containsExactly(
                        "CRITICAL the cluster has no leader: 1 of 3 voters can vote, 2 are needed: node-b does not answer,"
                                + " node-c does not answer",
                        "SERIOUS node-b is down, or cut off: no member that answers reaches it either",
                        "SERIOUS node-c is down, or cut off: no member that answers reaches it either");
    }

    @Test
    void tooFewVotersMayVote() {
        assertThat(why(Told.well().leaderless().down("c").member("b", b -> b.votingSuspended = true)))
                .startsWith("CRITICAL the cluster has no leader: 1 of 3 voters can vote, 2 are needed:"
                        + " node-b must not vote, since its log has lost something, node-c does not answer");
    }

    @Test
    void wherePowerTookTheEndsOfMostLogsNobodyCanLead() {
        assertThat(remedies(Told.well()
                        .leaderless()
                        .member("b", b -> b.votingSuspended = true)
                        .member("c", c -> c.votingSuspended = true)))
                .first()
                .asString()
                .contains("there is none without them", "stop all members", "quorate recover", "--state-only");
        assertThat(remedies(Told.well().leaderless().down("c").member("b", b -> b.votingSuspended = true)))
                .first()
                .asString()
                .startsWith("start the members that are missing");
    }

    @Test
    void ofAJointConfigurationBothHalvesAreNeeded() {
        assertThat(why(Told.well().leaderless().down("b").down("c").all(draft -> {
                    draft.voters = List.of("a");
                    draft.outgoing = List.of("a", "b", "c");
                })))
                .first()
                .asString()
                .contains("1 of 3 voters can vote, and a majority of both the old and the new ones is needed");
    }

    @Test
    void theVotersDoNotReachEachOther() {
        assertThat(why(Told.well().leaderless().cut("a", "b").cut("b", "c").cut("a", "c")))
                .startsWith(
                        "CRITICAL the cluster has no leader: enough voters run, but none of them reaches a majority:"
                                + " node-a and node-b do not reach each other, node-a and node-c do not reach each other,"
                                + " node-b and node-c do not reach each other");
    }

    @Test
    void anElectionIsUnderWay() {
        assertThat(why(Told.well().leaderless().member("b", b -> {
                    b.role = MemberReport.CANDIDATE;
                    b.term = 9;
                })))
                .containsExactly("CRITICAL the cluster has no leader: an election is under way in term 9");
    }

    @Test
    void onlyMembersThatNeverLeadAreLeft() {
        assertThat(why(Told.well().leaderless().down("a").all(draft -> draft.priorities = Map.of("b", 0, "c", 0))))
                .startsWith(
                        "CRITICAL the cluster has no leader: the voters that can vote never lead, since they are witnesses, or"
                                + " their priority is 0: node-b, node-c; it waits for node-a");
    }

    @Test
    void anElectionFailsSinceADiskHangs() {
        assertThat(why(Told.well().leaderless().member("b", b -> b.sync = new Sync(1, 200, 200, 200, 4_000))))
                .containsExactly(
                        "CRITICAL the cluster has no leader: an election is under way in term 5; the disk of node-b has not"
                                + " answered for 4000 ms",
                        "SERIOUS node-b waits for its disk: a sync of its log has taken 4000 ms and has not ended");
    }

    @Test
    void allStatesDiffer() {
        assertThat(why(Told.well().leaderless().all(draft -> draft.fenced = true)))
                .startsWith(
                        "CRITICAL the cluster has no leader: the states of all voters that run differ, and none of them is let lead");
    }

    @Test
    void theLeaderIsThereAndOnlyDoesNotAnswerHere() {
        assertThat(why(Told.well().silent("a", "it does not answer")))
                .containsExactly(
                        "SERIOUS node-a is followed as the leader by others, but tells nothing here",
                        "SERIOUS node-a runs, since other members reach it, but tells nothing here: it does not answer");
    }

    @Test
    void aLeaderHearsOfNoMajority() {
        assertThat(why(Told.well().down("b").down("c")))
                .first()
                .asString()
                .startsWith("CRITICAL node-a leads, but hears of 1 of 3 voters, itself included, which is no majority")
                .endsWith("it does not hear of node-b, node-c");
    }

    @Test
    void ofTwoLeadersTheOneOfTheLaterTermCounts() {
        Told told = Told.well().member("c", c -> {
            c.role = MemberReport.LEADER;
            c.term = 4;
        });
        assertThat(told.done().leader().map(MemberReport::memberId)).contains("a");
        assertThat(why(told)).isEmpty();
    }

    // ---- members

    @Test
    void aMemberIsDown() {
        assertThat(why(Told.well().down("c")))
                .containsExactly("SERIOUS node-c is down, or cut off: no member that answers reaches it either");
    }

    @Test
    void aMemberHasNeverStarted() {
        ClusterReports well = Told.well().done();
        List<Asked> more = new ArrayList<>(well.members());
        more.add(Asked.silent("d", "", false, "it has not told the cluster its client URL yet"));
        assertThat(texts(Diagnosis.of(new ClusterReports(more))))
                .containsExactly("SERIOUS d was added and has never been heard of");
    }

    @Test
    void aMemberMayNotBeAsked() {
        assertThat(texts(Diagnosis.of(new ClusterReports(List.of(
                        Asked.silent("a", "node-a", true, "name a user"),
                        Asked.silent("b", "node-b", true, "name a user"))))))
                .containsExactly(
                        "SERIOUS node-a answers, but tells nothing here: name a user",
                        "SERIOUS node-b answers, but tells nothing here: name a user");
    }

    @Test
    void aMemberIsReachedByItsPeersAlone() {
        assertThat(why(Told.well().silent("c", "it does not answer")))
                .containsExactly(
                        "SERIOUS node-c runs, since other members reach it, but tells nothing here: it does not"
                                + " answer");
    }

    @Test
    void aMembersNodeHasStopped() {
        assertThat(why(Told.well().member("c", c -> {
                    c.stopped = Optional.of("the disk is gone");
                    c.serving = false;
                })))
                .containsExactly("SERIOUS node-c takes no part any more: the disk is gone");
    }

    @Test
    void aMembersLogDiverged() {
        Told told = Told.well()
                .member("c", c -> {
                    c.stopped = Optional.of("the log differs");
                    c.logDiverged = Optional.of(new LogDivergence(4, 9_000, "ab", "cd"));
                    c.serving = false;
                })
                .cut("a", "c")
                .cut("b", "c")
                .member("a", a -> a.sees("c", "probe", 9_000, false));
        assertThat(why(told))
                .containsExactly(
                        "SERIOUS node-c takes no part any more, since its log diverged: at or before entry 4/9000 it"
                                + " holds something else than the leader's");
        assertThat(remedy(told))
                .contains(
                        "starting it again does not help",
                        "stop it, keep a copy of its data directory",
                        "with an empty one by --replace-member")
                .doesNotContain("start it again");
    }

    @Test
    void aMemberServesNobody() {
        assertThat(why(Told.well().member("c", c -> c.serving = false)))
                .containsExactly("SERIOUS node-c serves no clients: it starts, stops, or mends its data");
    }

    @Test
    void aMembersStateDiffers() {
        assertThat(why(Told.well()
                        .all(draft -> draft.verification =
                                new Verification(9_990, true, List.of("a", "b"), List.of("c"), List.of()))))
                .containsExactly(
                        "CRITICAL node-c serves nobody, since its state was found to differ from what it should be");
    }

    private static Verification differsAt(long index, List<Integer> buckets) {
        return new Verification(
                index,
                true,
                List.of("a", "b"),
                List.of("c"),
                List.of(new Divergence("c", index, buckets), new Divergence("d", 9_999, List.of(1))));
    }

    @Test
    void whereAMembersStateDiffersIsToldAsOfTheLatestComparison() {
        assertThat(why(Told.well()
                        .all(draft -> draft.verification = differsAt(9_000, List.of(17)))
                        .member("b", b -> b.verification = differsAt(9_990, List.of(3, 17)))))
                .containsExactly(
                        "CRITICAL node-c serves nobody, since its state was found to differ from what it should be:"
                                + " at log index 9990, in the buckets [3, 17] of its digest");
    }

    @Test
    void aMemberHasNoState() {
        assertThat(why(Told.well().member("c", c -> c.stateMissing = true)))
                .containsExactly("SERIOUS node-c has no state, and waits for the leader's snapshot");
    }

    @Test
    void aDamagedLogIsMended() {
        assertThat(why(Told.well().member("c", c -> {
                    c.votingSuspended = true;
                    c.missing = Optional.of(new MissingEntries(9_000, 3, 8_500, List.of("b")));
                })))
                .containsExactly(
                        "SERIOUS node-c does not vote, since its log has lost something: of the entries up to 9000, 3 have"
                                + " no intact copy here, and it asks for entry 8500, which is not to be had from node-b");
    }

    @Test
    void theLeadersDiskHangs() {
        assertThat(why(Told.well().member("a", a -> a.sync = new Sync(10, 200, 900, 900, 2_500))))
                .containsExactly(
                        "CRITICAL node-a waits for its disk: a sync of its log has taken 2500 ms and has not ended");
    }

    @Test
    void aDiskStallsNowAndThen() {
        assertThat(why(Told.well().member("c", c -> c.sync = new Sync(5_000, 800, 400_000, 900_000, 0))))
                .containsExactly(
                        "SERIOUS node-c has a disk that stalls: 1 of 100 syncs of its log takes 400 ms or more, where"
                                + " half of them take 0.80 ms at most");
        assertThat(why(Told.well().member("c", c -> c.sync = new Sync(20, 800, 400_000, 900_000, 0))))
                .as("of so few, the slowest says nothing")
                .isEmpty();
    }

    @Test
    void oneSlowProbeIsNoProblem() {
        assertThat(why(Told.well()
                        .all(draft -> draft.links.keySet().forEach(other -> draft.link(other, true, 0, 900, 900_000)))))
                .isEmpty();
    }

    @Test
    void theGarbageCollectorStopsAMember() {
        assertThat(why(Told.well().member("b", b -> b.gc = Optional.of(new Gc(3, 700, 700)))))
                .containsExactly("SERIOUS node-b was stopped for 700 ms by its garbage collector, more than half of the"
                        + " election timeout");
    }

    private static Score ailing(double value) {
        return new Score(
                value,
                true,
                0,
                List.of(
                        new ScoredPart("sync", value, 80_000, 10_000, 250_000),
                        new ScoredPart("pause", 0, 3, 100_000, 500_000)));
    }

    @Test
    void aMemberFailsSlowly() {
        String what = "fails slowly: its score is 0.65 of 1, since 1 of 100 syncs of its log takes 80.0 ms"
                + " (fine up to 10.0 ms, failing from 250 ms)";
        assertThat(why(Told.well().member("a", a -> a.score = Optional.of(ailing(0.65)))))
                .containsExactly("SERIOUS node-a " + what);
        assertThat(why(Told.well().member("b", b -> b.score = Optional.of(ailing(0.65)))))
                .containsExactly("SERIOUS node-b " + what);
        assertThat(why(Told.well().all(draft -> draft.score = Optional.of(new Score(0.9, false, 0, List.of())))))
                .as("one bad moment is no failure")
                .isEmpty();
    }

    /** What is to be done about it, by who it is. */
    private static String remedy(Told told) {
        return Diagnosis.of(told.done()).problems().getFirst().remedy();
    }

    @Test
    void whatToDoDependsOnWhetherItLeadsMayLeadOrHoldsNoData() {
        Told follower = Told.well().member("b", b -> b.score = Optional.of(ailing(0.65)));
        assertThat(remedy(follower)).endsWith("it is not handed the leadership meanwhile");
        assertThat(remedy(follower.all(draft -> draft.witnesses = List.of("b"))))
                .endsWith("it is a witness and never leads, but commits that need its vote wait for it");
        Told learner = Told.well()
                .member("d", d -> d.score = Optional.of(ailing(0.65)))
                .all(draft -> draft.learners = List.of("d"))
                .member("a", a -> a.sees("d", "replicate", 10_000, true));
        assertThat(remedy(learner)).endsWith("it does not vote yet, so that nobody waits for it");
        Told lost = Told.well().down("c");
        assertThat(remedy(lost)).endsWith("remove it and add another");
        assertThat(remedy(lost.all(draft -> draft.witnesses = List.of("c"))))
                .endsWith("remove it and add another witness, with 'quorate members add --witness'");
    }

    @Test
    void whatALearnerOrAWitnessWaitsForIsSaidAsItIs() {
        Told learner = Told.well()
                .member("d", d -> {})
                .all(draft -> draft.learners = List.of("d"))
                .member("a", a -> a.sees("d", "snapshot", 0, true));
        assertThat(remedy(learner)).endsWith("till then it is not ready to be promoted");
        assertThat(why(Told.well()
                        .all(draft -> draft.witnesses = List.of("c"))
                        .member("a", a -> a.sees("c", "snapshot", 0, true))))
                .containsExactly("SERIOUS node-c is behind, and is told where the log begins by node-a");
    }

    @Test
    void aMemberWaitsUntilItMayTakePart() {
        assertThat(why(Told.well().member("c", c -> {
                    c.serving = false;
                    c.waitsFor = Optional.of("it has no data, and 1 more of the others must answer");
                })))
                .containsExactly(
                        "SERIOUS node-c takes no part yet, since it came without data: it has no data, and 1 more of"
                                + " the others must answer");
    }

    @Test
    void aMemberIsCutOffFromTheLeaderAlone() {
        assertThat(why(Told.well().cut("a", "c").member("a", a -> a.sees("c", "probe", 9_000, false))))
                .containsExactly(
                        "SERIOUS node-c is cut off from the leader: node-a has not heard of it for 7000 ms, and probes"
                                + " between the two are lost",
                        "SERIOUS node-a and node-c do not reach each other, though both answer here");
    }

    @Test
    void aMemberGetsASnapshot() {
        assertThat(why(Told.well().member("a", a -> {
                    a.sees("c", "snapshot", 0, true);
                    a.transfers = List.of(new SnapshotTransfer("c", 9_000, 300 << 10, 1_200 << 10));
                })))
                .containsExactly(
                        "SERIOUS node-c is behind, and gets a snapshot from node-a: 25 % of 1200 KiB are sent");
    }

    @Test
    void aMembersLogLags() {
        assertThat(why(Told.well().member("a", a -> a.sees("c", "replicate", 4_000, true))))
                .containsExactly("SERIOUS node-c is behind: its log lacks 6000 entries that are committed");
    }

    @Test
    void aMemberAppliesTooSlowly() {
        assertThat(why(Told.well().member("c", c -> c.appliedIndex = 2_000)))
                .containsExactly("SERIOUS node-c is behind: it has 8000 committed entries still to apply");
    }

    @Test
    void aClockIsWrong() {
        assertThat(why(Told.well().clockAhead("b", 90_040)))
                .containsExactly("NOTICE node-b has a clock that is 90000 ms ahead of the others'");
        assertThat(why(Told.well().clockAhead("a", 5_000).clockAhead("b", 5_000).clockAhead("c", 5_000)))
                .as("it is the one of who asked")
                .isEmpty();
    }

    // ---- links

    @Test
    void twoFollowersDoNotReachEachOther() {
        assertThat(why(Told.well().cut("b", "c")))
                .containsExactly("SERIOUS node-b and node-c do not reach each other, though both answer here");
    }

    @Test
    void aLinkComesAndGoes() {
        assertThat(why(Told.well()
                        .member("b", b -> b.link("c", true, 12, 500, 900))
                        .member("c", c -> c.links.remove("b"))))
                .containsExactly(
                        "SERIOUS node-b and node-c reach each other on and off: 12 of 60 probes were lost in the last"
                                + " minute, in 4 outages");
    }

    @Test
    void aMemberThatWasStartedAgainHasABadLinkNoMore() {
        assertThat(why(Told.well()
                        .all(draft -> draft.links.replaceAll(
                                (to, link) -> new MemberReport.Link(to, true, link.rttMicros(), 60, 20, 1)))))
                .isEmpty();
    }

    @Test
    void aLinkIsTooLongForTheElectionTimeout() {
        assertThat(why(Told.well()
                        .all(draft ->
                                draft.links.keySet().forEach(other -> draft.link(other, true, 0, 120_000, 300_000)))))
                .contains("SERIOUS node-b and node-c are far from each other: a round trip takes 120 ms, and an"
                        + " election timeout is 1000 ms");
    }

    // ---- writes

    @Test
    void theStoreIsFull() {
        assertThat(why(Told.well().all(draft -> draft.alarms = List.of(new Alarm("NOSPACE", "b")))))
                .containsExactly(
                        "CRITICAL the cluster refuses puts: the store of node-b has reached its quota (alarm NOSPACE)");
    }

    @Test
    void theClusterIsHeldToBeCorrupt() {
        assertThat(why(Told.well().all(draft -> draft.alarms = List.of(new Alarm("CORRUPT", "0")))))
                .containsExactly("CRITICAL the cluster refuses everything: a client has raised the alarm CORRUPT");
    }

    @Test
    void aDiskIsNearlyFull() {
        assertThat(why(Told.well().member("b", b -> b.disk = Optional.of(new Disk(1L << 30, 100L << 30)))))
                .containsExactly("SERIOUS node-b has little room on its disk: 1024 MiB of 102400");
    }

    @Test
    void entriesWaitForAMajority() {
        assertThat(why(Told.well().member("a", a -> a.lastIndex = 17_000)))
                .containsExactly("SERIOUS node-a leads, and 7000 entries wait until a majority has them");
    }

    @Test
    void commitsAreSlowForWantOfAFastDisk() {
        assertThat(why(Told.well()
                        .member("b", b -> b.sync = new Sync(10, 80_000, 90_000, 90_000, 0))
                        .member("c", c -> c.sync = new Sync(10, 60_000, 90_000, 90_000, 0))))
                .containsExactly(
                        "SERIOUS the cluster is slow to commit: 60.5 ms in the median, 91.5 ms in 1 of 100; it waits"
                                + " for node-c (the way takes 0.50 ms, its sync takes 60.0 ms)");
    }

    @Test
    void theMembersAreBeingChanged() {
        assertThat(why(Told.well().all(draft -> draft.outgoing = List.of("a", "b", "c"))))
                .containsExactly(
                        "NOTICE the cluster changes its members: until that is done, majorities of the old and of"
                                + " the new voters are needed");
    }

    @Test
    void theMostUrgentComesFirst() {
        Diagnosis diagnosis = Diagnosis.of(Told.well()
                .down("c")
                .clockAhead("b", 90_000)
                .all(draft -> draft.alarms = List.of(new Alarm("NOSPACE", "b")))
                .done());
        assertThat(diagnosis.problems())
                .extracting(Problem::urgency)
                .containsExactly(Urgency.CRITICAL, Urgency.SERIOUS, Urgency.NOTICE);
        assertThat(diagnosis.problems()).allMatch(problem -> !problem.remedy().isBlank());
    }

    // ---- precautions

    @Test
    void aClusterThatIsWellIsLeftAlone() {
        assertThat(doctor(Told.well())).isEmpty();
    }

    @Test
    void theNextFailureWouldStopTheCluster() {
        assertThat(doctor(Told.well().down("c")))
                .contains("SERIOUS the cluster would stop with the next member that fails: 3 voters, 2 of them well");
    }

    @Test
    void aMemberNeverLeads() {
        assertThat(doctor(Told.well().all(draft -> draft.priorities = Map.of("c", 0))))
                .containsExactly("NOTICE node-c never leads, since its priority is 0");
    }

    @Test
    void oneAloneIsLeftToLead() {
        assertThat(doctor(Told.well().down("b").all(draft -> draft.priorities = Map.of("c", 0))))
                .contains(
                        "SERIOUS node-a alone is left to lead: the other voters that are well never do, since they are"
                                + " witnesses, or their priority is 0");
    }

    @Test
    void aWitnessIsNotTakenForOneThatMightLeadByAnotherPriority() {
        Told told = Told.well().all(draft -> {
            draft.witnesses = List.of("c");
            draft.priorities = Map.of("c", 0);
        });
        assertThat(doctor(told)).noneMatch(line -> line.contains("never leads"));
        assertThat(doctor(told.down("b"))).anyMatch(line -> line.startsWith("SERIOUS node-a alone is left to lead"));
    }

    @Test
    void anEvenNumberOfVoters() {
        assertThat(doctor(Told.well().all(draft -> draft.voters = List.of("a", "b"))))
                .contains("NOTICE the cluster has an even number of voters, 2, which withstand no more than one fewer");
    }

    @Test
    void allInOneZone() {
        assertThat(doctor(Told.well().all(draft -> draft.zone = Optional.of("z1"))))
                .contains("NOTICE the cluster has all voters in one zone, z1");
    }

    @Test
    void aLearnerIsNeverPromoted() {
        assertThat(doctor(Told.well()
                        .member("d", d -> d.learners = List.of("d"))
                        .all(draft -> draft.learners = List.of("d"))
                        .member("a", a -> a.sees("d", "replicate", 10_000, true))))
                .containsExactly("NOTICE node-d is a learner that has the log, and does not count");
    }

    @Test
    void releasesAndClustersDiffer() {
        assertThat(doctor(Told.well()
                        .member("b", b -> b.release = Optional.of("1.1.0"))
                        .member("c", c -> c.release = Optional.empty())))
                .containsExactly("NOTICE the cluster has members of different releases: node-a 1.0.0, node-b 1.1.0,"
                        + " node-c of an earlier release");
        assertThat(doctor(Told.well().all(draft -> draft.release = Optional.empty())))
                .isEmpty();
        assertThat(doctor(Told.well().member("b", b -> b.clusterId = "c2")))
                .containsExactly(
                        "CRITICAL the cluster has members of different cluster ids: node-a c1, node-b c2, node-c c1");
    }

    @Test
    void statesAreNotCompared() {
        assertThat(doctor(Told.well()
                        .all(draft ->
                                draft.verification = new Verification(0, false, List.of(), List.of(), List.of()))))
                .containsExactly("NOTICE the cluster has never compared the states of its members");
        assertThat(doctor(Told.well()
                        .all(draft -> draft.verification =
                                new Verification(3_000, false, List.of("a"), List.of(), List.of()))))
                .containsExactly(
                        "NOTICE the cluster has compared states at index 3000, and not all members have reported");
    }

    @Test
    void aDiskFillsUpAndIsToldOfOnce() {
        assertThat(doctor(Told.well().member("b", b -> b.disk = Optional.of(new Disk(10L << 30, 100L << 30)))))
                .containsExactly("NOTICE node-b has 10 % of its disk left");
        assertThat(doctor(Told.well().member("b", b -> b.disk = Optional.of(new Disk(1L << 30, 100L << 30)))))
                .hasSize(1);
    }

    // ---- certificates

    private static final long NOW = 1_700_000_000_000L;
    private static final long DAY = 24 * 3_600_000L;

    private static Told certified(long endMillis, Optional<String> refusedFiles, RefusedConnection... refused) {
        Certificate certificate = new Certificate("the peer port", "CN=a", endMillis, refusedFiles);
        return Told.well().member("a", a -> a.tls = Optional.of(new Tls(List.of(certificate), List.of(refused))));
    }

    @Test
    void aCertificateThatHasExpiredIsNamedAndOneThatWillIsADoctorsMatter() {
        assertThat(why(certified(NOW - DAY, Optional.empty())))
                .containsExactly("CRITICAL node-a has at the peer port a certificate that has expired, on"
                        + " 2023-11-13T22:13:20Z: CN=a");
        assertThat(why(certified(NOW + 3 * DAY, Optional.empty()))).isEmpty();
        assertThat(doctor(certified(NOW + 3 * DAY, Optional.empty())))
                .contains("NOTICE node-a has at the peer port a certificate that expires soon, on"
                        + " 2023-11-17T22:13:20Z: CN=a");
        assertThat(doctor(certified(NOW + 30 * DAY, Optional.empty()))).noneMatch(text -> text.contains("certificate"));
    }

    @Test
    void changedFilesThatAreNotUsedAreToldWithTheReason() {
        assertThat(why(certified(NOW + 30 * DAY, Optional.of("the key is another one's"))))
                .containsExactly(
                        "SERIOUS node-a does not use the changed files of the peer port: the key is another one's");
    }

    @Test
    void aMemberThatIsCutOffByACertificateIsToldWithItForAsLongAsThatIsRecent() {
        RefusedConnection recent =
                new RefusedConnection("member b at 10.0.0.2:2380", "its dialing", true, "it has expired", NOW - 1_000);
        RefusedConnection old = new RefusedConnection("member c", "its dialing", true, "it had expired", NOW - DAY);
        RefusedConnection client = new RefusedConnection("10.0.0.9:1", "the client port", false, "it is new", NOW);
        Told told = certified(NOW + 30 * DAY, Optional.empty(), recent, old, client);
        assertThat(why(told))
                .containsExactly(
                        "SERIOUS node-a cannot speak TLS with member b at 10.0.0.2:2380, at its dialing: it has"
                                + " expired");
        assertThat(doctor(told)).contains("NOTICE node-a has refused a client at 10.0.0.9:1: it is new");
    }
}
