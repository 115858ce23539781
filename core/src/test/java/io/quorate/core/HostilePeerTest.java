package io.quorate.core;

import static io.quorate.core.CoreUnderTest.THREE;
import static io.quorate.core.CoreUnderTest.TWO;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Members and strangers that say anything at all do not break a member: what the judge lets through, the machine handles, and no term is
 * taken over that would leave none to go on with.
 */
class HostilePeerTest {

    private static final int SEEDS = Integer.getInteger("hostile.seeds", 300);
    private static final int ACTIONS = 1_500;
    private static final List<MemberId> LIARS = List.of(TWO, THREE, new MemberId(9));

    @Test
    void nothingThatIsSaidBreaksAMember() {
        long refused = 0;
        long led = 0;
        long followed = 0;
        for (long seed = 1; seed <= SEEDS; seed++) {
            Run run = new Run(seed);
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", at " + run.last, e);
            }
            refused += run.refused;
            led += run.led;
            followed += run.followed;
        }
        // A run in which nothing is believed would prove nothing.
        assertThat(refused).as("messages refused").isPositive();
        assertThat(led).as("steps as leader").isPositive();
        assertThat(followed).as("steps after a leader").isPositive();
    }

    private static final class Run {

        private final SplittableRandom random;
        private final CoreUnderTest core;
        private Object last = "the beginning";
        private long refused;
        private long led;
        private long followed;
        private long lastRead;

        Run(long seed) {
            random = new SplittableRandom(seed);
            core = CoreUnderTest.ofVoters(3);
        }

        void run() {
            for (int i = 0; i < ACTIONS; i++) {
                long term = core.status().term();
                act();
                assertThat(core.status().term()).isLessThanOrEqualTo(term + 1 + MessageBounds.MAX_TERM_JUMP);
                led += core.status().role() == RoleName.LEADER ? 1 : 0;
                followed += core.status().leader().isPresent() ? 1 : 0;
            }
        }

        private void act() {
            switch (random.nextInt(12)) {
                case 0, 1 -> complete(core.tick(1));
                case 2 -> complete(core.flush());
                case 3 -> complete(core.propose(1 + random.nextInt(3)));
                case 4 -> complete(core.read(++lastRead));
                default -> {
                    MemberId from = LIARS.get(random.nextInt(LIARS.size()));
                    Message message = message();
                    last = from + ": " + message;
                    if (core.judge(from, message).isPresent()) {
                        refused++;
                    } else {
                        complete(core.receive(from, message));
                    }
                }
            }
        }

        /** Everything that is asked for succeeds, at once. */
        private void complete(List<Effect> effects) {
            List<Effect> todo = new ArrayList<>(effects);
            while (!todo.isEmpty()) {
                Effect effect = todo.removeFirst();
                switch (effect) {
                    case Effect.Apply apply -> todo.addAll(core.step(new Event.Applied(apply.upToIndex())));
                    case Effect.StoreSnapshotChunk store -> {
                        long next = store.offset() + store.length();
                        todo.addAll(core.step(
                                new Event.SnapshotChunkStored(store.snapshot(), next, next == store.total())));
                    }
                    case Effect.InstallSnapshot install ->
                        todo.addAll(core.step(new Event.SnapshotInstalled(install.snapshot())));
                    default -> {}
                }
            }
            if (random.nextInt(3) > 0) {
                List<Effect> more = core.syncAll();
                if (!more.isEmpty()) {
                    complete(more);
                }
            }
        }

        private Message message() {
            long term = term();
            return switch (random.nextInt(20)) {
                case 0 -> new Message.PreVoteRequest(term, id());
                case 1, 2 -> new Message.PreVoteResponse(term, random.nextBoolean());
                case 3 -> new Message.VoteRequest(term, id(), random.nextBoolean());
                case 4, 5 -> new Message.VoteResponse(term, random.nextBoolean());
                case 6, 7, 8 -> append(term);
                case 9 -> new Message.AppendAccepted(term, index());
                case 10 -> new Message.AppendRejected(term, index(), id());
                case 11 -> new Message.Heartbeat(term, index(), random.nextInt(4));
                case 12 -> new Message.HeartbeatResponse(term, random.nextInt(4));
                case 13 -> new Message.ReadIndexRequest(term, random.nextInt(4));
                case 14 -> new Message.ReadIndexResponse(term, random.nextInt(4), index());
                case 15 -> new Message.TimeoutNow(term);
                case 16 -> chunk(term);
                case 17 -> new Message.SnapshotChunkResponse(term, id(), index(), random.nextBoolean());
                case 18 -> new Message.RepairRequest(term, random.nextInt(4), random.nextBoolean());
                default ->
                    random.nextBoolean()
                            ? new Message.RepairResponse(term, random.nextInt(4), id())
                            : new Message.SnapshotRequest(term, index(), index());
            };
        }

        private Message append(long term) {
            EntryId prev = random.nextInt(3) == 0 ? id() : core.status().last();
            List<TermRun> runs = new ArrayList<>();
            long end = prev.index();
            long runTerm = Math.max(1, prev.term());
            for (int i = random.nextInt(4); i > 0; i--) {
                end += 1L + random.nextInt(3);
                runs.add(new TermRun(runTerm, end));
                runTerm += 1L + random.nextInt(2);
            }
            List<ConfigurationEntry> configurations = !runs.isEmpty() && random.nextInt(10) == 0
                    ? List.of(new ConfigurationEntry(prev.index() + 1, CoreUnderTest.voters(1 + random.nextInt(4))))
                    : List.of();
            long first = prev.index() + (random.nextInt(20) == 0 ? 2 : 1);
            return new Message.AppendRequest(term, prev, new EntryBatch(first, runs, configurations), index());
        }

        private Message chunk(long term) {
            SnapshotMeta meta = new SnapshotMeta(id(), CoreUnderTest.voters(3), random.nextInt(3));
            return new Message.SnapshotChunk(term, meta, 10L * random.nextInt(2), 10, 10L + 10L * random.nextInt(2));
        }

        /** Mostly about where the member is; sometimes where nobody ever gets to. */
        private long term() {
            return switch (random.nextInt(30)) {
                case 0 -> Long.MAX_VALUE - random.nextInt(3);
                case 1 -> core.status().term() + MessageBounds.MAX_TERM_JUMP + random.nextInt(2);
                default -> Math.max(0, core.status().term() - 1 + random.nextInt(4));
            };
        }

        private long index() {
            return switch (random.nextInt(20)) {
                case 0 -> Long.MAX_VALUE - random.nextInt(3);
                case 1 -> MessageBounds.MAX_INDEX + random.nextInt(2);
                default -> Math.max(0, core.status().last().index() - 3 + random.nextInt(6));
            };
        }

        private EntryId id() {
            long index = index();
            return index == 0 ? EntryId.ORIGIN : new EntryId(Math.max(1, term() - random.nextInt(2)), index);
        }
    }
}
