package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Member 1 alone, to which a test plays the rest of the cluster, the disk and the state machine. Entries take a byte. */
final class CoreUnderTest implements LogSizes {

    static final MemberId SELF = new MemberId(1);
    static final MemberId TWO = new MemberId(2);
    static final MemberId THREE = new MemberId(3);
    static final int T = 10;
    static final int HEARTBEAT_TICKS = 2;

    private final RaftCore core;
    private boolean diskHangs;

    CoreUnderTest(RestoredState restored) {
        this(restored, 1_000);
    }

    CoreUnderTest(RestoredState restored, long maxMessageBytes) {
        CoreOptions options = new CoreOptions(SELF, T, HEARTBEAT_TICKS, 0, maxMessageBytes, 4, 1_000_000, 100);
        core = new RaftCore(options, restored, this, new SplittableRandom(7));
    }

    /** One of {@code size} voters, new. */
    static CoreUnderTest ofVoters(int size) {
        return new CoreUnderTest(restored(voters(size), HardState.INITIAL));
    }

    static Configuration voters(int size) {
        Set<MemberId> members =
                LongStream.rangeClosed(1, size).mapToObj(MemberId::new).collect(Collectors.toSet());
        return Configuration.of(members);
    }

    static RestoredState restored(Configuration configuration, HardState hardState, long... terms) {
        return new RestoredState(
                hardState, new SnapshotMeta(EntryId.ORIGIN, configuration, 0), batch(1, terms), 0, Suspension.NONE);
    }

    static HardState hardState(long term) {
        return new HardState(term, Optional.empty(), 0);
    }

    static EntryBatch batch(long first, long... terms) {
        List<TermRun> runs = new ArrayList<>();
        for (int i = 0; i < terms.length; i++) {
            if (!runs.isEmpty() && runs.getLast().term() == terms[i]) {
                runs.removeLast();
            }
            runs.add(new TermRun(terms[i], first + i));
        }
        return new EntryBatch(first, runs, List.of());
    }

    static Message.AppendRequest append(long term, EntryId prev, long commitIndex, long... terms) {
        return new Message.AppendRequest(term, prev, batch(prev.index() + 1, terms), commitIndex);
    }

    static Message.AppendRequest appendConfiguration(long term, EntryId prev, Configuration configuration) {
        long index = prev.index() + 1;
        EntryBatch entries = new EntryBatch(
                index, List.of(new TermRun(term, index)), List.of(new ConfigurationEntry(index, configuration)));
        return new Message.AppendRequest(term, prev, entries, 0);
    }

    static EntryId id(long term, long index) {
        return new EntryId(term, index);
    }

    CoreStatus status() {
        return core.status();
    }

    SendCounts sendCounts() {
        return core.sendCounts();
    }

    SendBounds sendBounds() {
        return core.sendBounds();
    }

    SnapshotMeta snapshotMetaAt(long index) {
        return core.snapshotMetaAt(index);
    }

    // --- events

    /** Term and vote are durable at once, unless the disk hangs. */
    List<Effect> step(Event event) {
        List<Effect> all = new ArrayList<>(core.step(event));
        if (!diskHangs) {
            effects(List.copyOf(all), Effect.SaveHardState.class)
                    .forEach(save -> all.addAll(core.step(new Event.HardStateSynced(save.state()))));
        }
        return List.copyOf(all);
    }

    /** From now on nothing becomes durable, unless the test says so. */
    CoreUnderTest hangDisk() {
        diskHangs = true;
        return this;
    }

    Optional<Suspicion> judge(MemberId from, Message message) {
        return core.judge(from, message);
    }

    List<Effect> receive(MemberId from, Message message) {
        return step(new Event.Received(from, message));
    }

    List<Effect> tick(int count) {
        List<Effect> effects = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            effects.addAll(step(new Event.Tick()));
        }
        return effects;
    }

    List<Effect> flush() {
        return step(new Event.Flush());
    }

    List<Effect> propose(int count) {
        return step(new Event.Proposed(count, count));
    }

    List<Effect> synced(EntryId last) {
        return step(new Event.LogSynced(last));
    }

    List<Effect> syncAll() {
        return synced(status().last());
    }

    List<Effect> read(long requestId) {
        return step(new Event.ReadRequested(requestId));
    }

    List<Effect> accepted(MemberId from, long matchIndex) {
        return receive(from, new Message.AppendAccepted(status().term(), matchIndex));
    }

    // --- roles

    CoreUnderTest follow(MemberId leader, long term) {
        receive(leader, new Message.Heartbeat(term, 0, 0));
        return this;
    }

    /** Ticks until it campaigns, and returns what it then does. */
    List<Effect> timeOut() {
        for (int i = 0; i < 10 * T; i++) {
            List<Effect> effects = step(new Event.Tick());
            if (!messages(effects, Message.PreVoteRequest.class).isEmpty() || status().role() == RoleName.LEADER) {
                return effects;
            }
        }
        return List.of();
    }

    List<Effect> toCandidate() {
        timeOut();
        return receiveFromOthers(new Message.PreVoteResponse(status().term() + 1, true));
    }

    /** Elected, its first entry written and not durable. */
    CoreUnderTest toLeader() {
        toCandidate();
        receiveFromOthers(new Message.VoteResponse(status().term(), true));
        return this;
    }

    /** Elected, and its first entry committed; followers are known to match. */
    CoreUnderTest toEstablishedLeader() {
        toLeader();
        flush();
        syncAll();
        long last = status().last().index();
        receiveFromOthers(new Message.AppendAccepted(status().term(), last));
        flush();
        return this;
    }

    private List<Effect> receiveFromOthers(Message message) {
        List<Effect> effects = new ArrayList<>();
        for (MemberId member : status().configuration().allVoters()) {
            if (!member.equals(SELF)) {
                effects.addAll(receive(member, message));
            }
        }
        return effects;
    }

    // --- effects

    /** The messages of this kind, sent either way. */
    static <M extends Message> List<M> messages(List<Effect> effects, Class<M> kind) {
        List<M> found = new ArrayList<>();
        for (Effect effect : effects) {
            Optional<Message> message = switch (effect) {
                case Effect.Send send -> Optional.of(send.message());
                case Effect.SendAfterSync send -> Optional.of(send.message());
                default -> Optional.empty();
            };
            message.filter(kind::isInstance).map(kind::cast).ifPresent(found::add);
        }
        return found;
    }

    static <E extends Effect> List<E> effects(List<Effect> effects, Class<E> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    // --- sizes

    @Override
    public long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes) {
        return Math.min(lastIndex, firstIndex + Math.max(1, maxBytes) - 1);
    }

    @Override
    public long bytes(long firstIndex, long lastIndex) {
        return lastIndex - firstIndex + 1;
    }
}
