package io.quorate.server.recover;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.server.recover.Fate.Kind;
import io.quorate.server.recover.Logs.Terms;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What a plan says of entries is held against what happened: in a model of elections and replication (paper section 5) that knows
 * everything, of which the survivors know their part.
 */
class RecoveryPlanModelTest {

    private static final int RUNS = 4_000;
    private static final int STEPS = 60;

    private final Map<Kind, Integer> seen = new EnumMap<>(Kind.class);
    private int quorums;
    private int unseen;

    @Test
    void whatAPlanSaysOfEntriesIsTrueInEveryHistory() throws IOException {
        for (int run = 0; run < RUNS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            Model model = new Model(2 + random.nextInt(4), random);
            for (int step = 0; step < STEPS; step++) {
                model.step();
            }
            List<Survivor> survivors = model.survivors();
            RecoveryPlan plan = RecoveryPlan.of(survivors).orElseThrow();
            check(plan, model.committed, "run " + run + ": " + model);
        }
        assertThat(seen.keySet())
                .containsExactlyInAnyOrder(Kind.COMMITTED, Kind.KEPT, Kind.NEVER_COMMITTED, Kind.AT_RISK);
        assertThat(seen.values()).allMatch(count -> count > RUNS / 100);
        assertThat(quorums).isGreaterThan(RUNS / 20);
        assertThat(unseen).as("runs that lost what no survivor had").isGreaterThan(RUNS / 100);
    }

    private void check(RecoveryPlan plan, List<Long> committed, String run) {
        List<Long> best = terms(plan.best());
        boolean[] told = new boolean[committed.size() + 1];
        for (Fate fate : plan.fates()) {
            seen.merge(fate.kind(), 1, Integer::sum);
            for (long index = fate.first(); index <= fate.last(); index++) {
                boolean was = isCommitted(terms(fate.whose()), index, committed);
                switch (fate.kind()) {
                    case COMMITTED, LOST ->
                        assertThat(was).as("%s: %s", run, fate).isTrue();
                    case NEVER_COMMITTED ->
                        assertThat(was).as("%s: %s", run, fate).isFalse();
                    case KEPT, AT_RISK -> {}
                }
                told[(int) Math.min(index, committed.size())] |=
                        was && !fate.kind().isKept();
            }
        }
        quorums += plan.quorumIsThere() ? 1 : 0;
        for (int index = 1; index <= committed.size(); index++) {
            boolean kept = isCommitted(best, index, committed);
            if (!kept && !told[index]) {
                unseen++;
                assertThat(plan.unseenLoss())
                        .as("%s: entry %d is lost", run, index)
                        .isTrue();
                assertThat((long) index).as("%s: entry that is lost", run).isGreaterThan(plan.certain());
            }
            assertThat(kept || !plan.quorumIsThere())
                    .as("%s: a quorum has entry %d", run, index)
                    .isTrue();
        }
    }

    private static List<Long> terms(Survivor survivor) {
        return ((Terms) survivor.log()).terms();
    }

    private static boolean isCommitted(List<Long> terms, long index, List<Long> committed) {
        return index <= committed.size()
                && index <= terms.size()
                && committed.get((int) index - 1).equals(terms.get((int) index - 1));
    }

    private static final class Member {
        private final long id;
        private long term;
        private long leads;
        private List<Long> log = new ArrayList<>();
        private int commit;
        private final int[] match;

        Member(long id, int members) {
            this.id = id;
            this.match = new int[members];
        }

        long lastTerm() {
            return log.isEmpty() ? 0 : log.getLast();
        }

        boolean isAtLeastAsUpToDateAs(Member other) {
            return lastTerm() != other.lastTerm() ? lastTerm() > other.lastTerm() : log.size() >= other.log.size();
        }

        boolean isLeader() {
            return leads == term && term > 0;
        }

        @Override
        public String toString() {
            return id + " " + log + " commit " + commit + (isLeader() ? " leads " : " in ") + term;
        }
    }

    private static final class Model {
        private final SplittableRandom random;
        private final List<Member> members = new ArrayList<>();
        private List<Long> committed = List.of();

        Model(int size, SplittableRandom random) {
            this.random = random;
            for (int i = 0; i < size; i++) {
                members.add(new Member(i + 1L, size));
            }
        }

        void step() {
            Member one = members.get(random.nextInt(members.size()));
            if (!one.isLeader()) {
                if (random.nextInt(4) == 0) {
                    campaign(one);
                }
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> one.log.add(one.term);
                case 1 -> {
                    one.commit = Math.max(one.commit, acknowledged(one));
                    committed(one.log.subList(0, one.commit));
                }
                default -> replicate(one, members.get(random.nextInt(members.size())));
            }
        }

        private void campaign(Member candidate) {
            candidate.term++;
            int votes = 1;
            for (Member voter : members) {
                if (voter != candidate && voter.term < candidate.term && random.nextInt(3) > 0) {
                    voter.term = candidate.term;
                    votes += candidate.isAtLeastAsUpToDateAs(voter) ? 1 : 0;
                }
            }
            if (votes > members.size() / 2) {
                candidate.leads = candidate.term;
                Arrays.fill(candidate.match, 0);
                candidate.log.add(candidate.term);
            }
        }

        /** One AppendRequest that arrives and is answered, of as many entries as it may be. */
        private void replicate(Member leader, Member follower) {
            if (follower == leader || follower.term > leader.term) {
                return;
            }
            follower.term = leader.term;
            int common = 0;
            while (common < Math.min(leader.log.size(), follower.log.size())
                    && leader.log.get(common).equals(follower.log.get(common))) {
                common++;
            }
            int end = common + random.nextInt(leader.log.size() - common + 1);
            if (end > common) {
                follower.log = new ArrayList<>(leader.log.subList(0, end));
            }
            leader.match[(int) follower.id - 1] = Math.max(leader.match[(int) follower.id - 1], end);
            follower.commit = Math.max(follower.commit, Math.min(leader.commit, end));
            committed(leader.log.subList(0, acknowledged(leader)));
        }

        /** Up to where a quorum has acknowledged: by entries of the leader's own term alone (paper section 5.4.2). */
        private int acknowledged(Member leader) {
            leader.match[(int) leader.id - 1] = leader.log.size();
            int[] match = leader.match.clone();
            Arrays.sort(match);
            int index = match[(members.size() - 1) / 2];
            return index > 0 && leader.log.get(index - 1) == leader.term ? index : 0;
        }

        private void committed(List<Long> entries) {
            int both = Math.min(entries.size(), committed.size());
            assertThat(entries.subList(0, both))
                    .as("what is committed stays: %s", this)
                    .isEqualTo(committed.subList(0, both));
            committed = entries.size() > both ? List.copyOf(entries) : committed;
        }

        /** Some of the members, each of which may know less of the commit index than it did when it ran. */
        List<Survivor> survivors() {
            Configuration voters =
                    Logs.voters(LongStream.rangeClosed(1, members.size()).toArray());
            List<Survivor> survivors = new ArrayList<>();
            for (Member member : members) {
                if (random.nextInt(5) < 2) {
                    survivors.add(survivor(member, voters));
                }
            }
            return survivors.isEmpty() ? List.of(survivor(members.getFirst(), voters)) : survivors;
        }

        private Survivor survivor(Member member, Configuration voters) {
            int known = random.nextBoolean() ? member.commit : random.nextInt(member.commit + 1);
            int compacted = random.nextInt(known + 1);
            return Logs.survivor(member.id, voters, new Terms(compacted, List.copyOf(member.log)), known);
        }

        @Override
        public String toString() {
            return members + ", committed " + committed;
        }
    }
}
