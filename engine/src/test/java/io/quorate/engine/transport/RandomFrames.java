package io.quorate.engine.transport;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes frames of every kind, the same ones for the same seed. */
public final class RandomFrames {

    private final SplittableRandom random;
    private final int maxContentBytes;

    public RandomFrames(long seed, int maxContentBytes) {
        this.random = new SplittableRandom(seed);
        this.maxContentBytes = maxContentBytes;
    }

    public PeerFrame next() {
        return ofKind(anyOf(FrameKind.values()));
    }

    PeerFrame ofKind(FrameKind kind) {
        return switch (kind) {
            case APPEND_REQUEST -> append(random.nextInt(20));
            case SNAPSHOT_CHUNK -> snapshot();
            case FORWARD -> forward();
            case FORWARDED -> new PeerFrame.Forwarded(group(), random.nextLong(), natural(), id());
            case FORWARD_REFUSED ->
                new PeerFrame.ForwardRefused(group(), random.nextLong(), natural(), anyOf(Rejection.values()));
            case ENTRIES_REQUEST -> new PeerFrame.EntriesRequest(group(), number(), number());
            case ENTRIES -> {
                PeerFrame.Raft any = append(random.nextInt(20));
                yield new PeerFrame.Entries(any.group(), number(), number(), any.entries());
            }
            case QUESTION -> new PeerFrame.Question(group(), random.nextLong(), content());
            case ANSWER ->
                new PeerFrame.Answer(
                        group(), random.nextLong(), random.nextBoolean() ? Optional.of(content()) : Optional.empty());
            case PING -> new PeerFrame.Ping(group(), random.nextLong());
            case PONG -> new PeerFrame.Pong(group(), random.nextLong());
            case PRE_VOTE_REQUEST -> raft(new Message.PreVoteRequest(number(), id()));
            case PRE_VOTE_RESPONSE -> raft(new Message.PreVoteResponse(number(), random.nextBoolean()));
            case VOTE_REQUEST -> raft(new Message.VoteRequest(number(), id(), random.nextBoolean()));
            case VOTE_RESPONSE -> raft(new Message.VoteResponse(number(), random.nextBoolean()));
            case APPEND_ACCEPTED -> raft(new Message.AppendAccepted(number(), number()));
            case APPEND_REJECTED -> raft(new Message.AppendRejected(number(), number(), id()));
            case HEARTBEAT -> raft(new Message.Heartbeat(number(), number(), random.nextLong()));
            case HEARTBEAT_RESPONSE -> raft(new Message.HeartbeatResponse(number(), random.nextLong()));
            case READ_INDEX_REQUEST -> raft(new Message.ReadIndexRequest(number(), random.nextLong()));
            case READ_INDEX_RESPONSE -> raft(new Message.ReadIndexResponse(number(), random.nextLong(), number()));
            case TIMEOUT_NOW -> raft(new Message.TimeoutNow(number()));
            case SNAPSHOT_CHUNK_RESPONSE ->
                raft(new Message.SnapshotChunkResponse(number(), id(), number(), random.nextBoolean()));
            case REPAIR_REQUEST -> raft(new Message.RepairRequest(number(), random.nextLong(), random.nextBoolean()));
            case SNAPSHOT_REQUEST ->
                raft(new Message.SnapshotRequest(number(), number(), random.nextBoolean() ? 0 : number()));
            case REPAIR_RESPONSE -> raft(new Message.RepairResponse(number(), random.nextLong(), id()));
        };
    }

    private PeerFrame raft(Message message) {
        return new PeerFrame.Raft(group(), message);
    }

    /** An AppendRequest as a leader would send it. */
    public PeerFrame.Raft append(int count) {
        int group = group();
        EntryId prev = random.nextInt(4) == 0 ? EntryId.ORIGIN : new EntryId(1 + number() / 4, 1 + number() / 4);
        List<EntryFrame> entries = new ArrayList<>();
        List<EntryBatch.TermRun> runs = new ArrayList<>();
        List<EntryBatch.ConfigurationEntry> configurations = new ArrayList<>();
        long term = Math.max(1, prev.term());
        long chain = random.nextLong();
        for (long index = prev.index() + 1; index <= prev.index() + count; index++) {
            if (random.nextInt(6) == 0) {
                term += 1 + random.nextInt(3);
            }
            EntryKind kind = anyOf(EntryKind.values());
            ByteBuffer payload = ByteBuffer.allocate(0);
            if (kind == EntryKind.COMMAND || kind == EntryKind.WITNESSED) {
                payload = content();
            } else if (kind == EntryKind.CONFIGURATION) {
                Configuration configuration = configuration();
                payload = ConfigurationCodec.encode(configuration);
                configurations.add(new EntryBatch.ConfigurationEntry(index, configuration));
            }
            boolean witnessed = kind == EntryKind.WITNESSED;
            EntryFrame whole = EntryFrame.encode(
                    group, new EntryId(term, index), witnessed ? EntryKind.COMMAND : kind, chain, payload);
            EntryFrame entry = witnessed ? whole.withoutCommand() : whole;
            chain = entry.chainHash();
            entries.add(entry);
            if (!runs.isEmpty() && runs.getLast().term() == term) {
                runs.removeLast();
            }
            runs.add(new EntryBatch.TermRun(term, index));
        }
        EntryBatch batch = new EntryBatch(prev.index() + 1, runs, configurations);
        OptionalLong prevChain = random.nextInt(4) == 0 ? OptionalLong.empty() : OptionalLong.of(random.nextLong());
        return new PeerFrame.Raft(
                group, new Message.AppendRequest(term + random.nextInt(2), prev, batch, number()), entries, prevChain);
    }

    private PeerFrame snapshot() {
        ByteBuffer content = content();
        long offset = number() / 4;
        long total = offset + content.remaining() + number() / 4;
        var meta = new SnapshotMeta(id(), configuration(), number());
        return new PeerFrame.Snapshot(
                group(), new Message.SnapshotChunk(number(), meta, offset, content.remaining(), total), content);
    }

    private PeerFrame forward() {
        List<ByteBuffer> commands = new ArrayList<>();
        for (int i = random.nextInt(10); i > 0; i--) {
            commands.add(content());
        }
        return new PeerFrame.Forward(group(), natural(), random.nextLong(), commands);
    }

    /** One of members of all kinds. */
    public Configuration configuration() {
        var voters = new TreeSet<MemberId>();
        var outgoing = new TreeSet<MemberId>();
        var learners = new TreeSet<MemberId>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            (random.nextBoolean() ? voters : outgoing).add(new MemberId(random.nextLong() | 1));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            learners.add(new MemberId((random.nextLong() | 1) - 1 ^ 2));
        }
        var addresses = new TreeMap<MemberId, List<String>>();
        if (random.nextBoolean()) {
            voters.forEach(voter -> addresses.put(voter, List.of("host-" + voter + ":1", "[::1]:\u00fc")));
        }
        var removed = new TreeSet<MemberId>();
        if (random.nextBoolean()) {
            removed.add(new MemberId(8));
        }
        var priorities = new TreeMap<MemberId, Integer>();
        if (random.nextBoolean()) {
            voters.forEach(voter -> priorities.put(voter, random.nextInt(4)));
        }
        var witnesses = new TreeSet<MemberId>();
        if (random.nextInt(4) == 0) {
            learners.forEach(learner -> {
                witnesses.add(learner);
                priorities.remove(learner);
            });
        }
        return new Configuration(voters, outgoing, learners, addresses, removed, priorities, witnesses);
    }

    /** Bytes in the middle of a larger array, so that positions matter. */
    private ByteBuffer content() {
        int length = random.nextInt(maxContentBytes + 1);
        byte[] bytes = new byte[length + 7];
        random.nextBytes(bytes);
        return ByteBuffer.wrap(bytes, 3, length);
    }

    private EntryId id() {
        return random.nextInt(8) == 0 ? EntryId.ORIGIN : new EntryId(number(), number());
    }

    private <T> T anyOf(T[] values) {
        return List.of(values).get(random.nextInt(values.length));
    }

    private int group() {
        return random.nextInt();
    }

    private int natural() {
        return random.nextInt() >>> 1;
    }

    /** From 0 to the greatest long, of all magnitudes. */
    private long number() {
        return random.nextLong() >>> (1 + random.nextInt(63));
    }
}
