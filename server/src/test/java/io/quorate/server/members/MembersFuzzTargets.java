package io.quorate.server.members;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftException;
import io.quorate.server.grey.Bulletin;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What members ask the leader for, and what it answers: bytes within the frames of peers. */
public final class MembersFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(change(), changed(), bulletin());
    }

    private static FuzzTarget<?> change() {
        return FuzzTarget.of(
                        "member-change",
                        MembersFuzzTargets::changeSample,
                        input -> MemberChange.decode(ByteBuffer.wrap(input)),
                        IllegalArgumentException.class)
                .writtenBy(change -> bytes(change.encoded()))
                .within(256 << 10, 64 << 10, 128);
    }

    private static byte[] changeSample(SplittableRandom random) {
        byte[] change = bytes(change(random).encoded());
        // No member sends that: changes together within changes together, as deep as there is room.
        return random.nextInt(1000) == 0 ? nested(change, random.nextInt(15_000)) : change;
    }

    private static byte[] nested(byte[] change, int depth) {
        byte[] code = {change[0], 7, 0, 0, 0, 0, 0, 0, 0, 0};
        int each = code.length + Integer.BYTES;
        ByteBuffer out = ByteBuffer.allocate(depth * each + change.length);
        for (int left = depth; left > 0; left--) {
            out.put(code).putInt((left - 1) * each + change.length);
        }
        return out.put(change).array();
    }

    private static MemberChange change(SplittableRandom random) {
        return switch (random.nextInt(8)) {
            case 0 -> together(random);
            case 1 -> new MemberChange.Step(random.nextLong(), together(random));
            case 2 -> new MemberChange.Step(random.nextLong(), ofOne(random));
            default -> ofOne(random);
        };
    }

    private static MemberChange.Together together(SplittableRandom random) {
        List<MemberChange.OfOne> changes = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            changes.add(ofOne(random));
        }
        return new MemberChange.Together(new TreeSet<>(ids(random)), new TreeSet<>(Set.of(id(random))), changes);
    }

    /** Two, which may be the same. */
    private static Set<MemberId> ids(SplittableRandom random) {
        return Stream.generate(() -> id(random)).limit(2).collect(Collectors.toSet());
    }

    private static MemberChange.OfOne ofOne(SplittableRandom random) {
        List<String> urls = List.of("http://a:2380", "http://[::1]:2380");
        return switch (random.nextInt(6)) {
            case 0 -> new MemberChange.Add(id(random), urls, random.nextBoolean());
            case 1 -> new MemberChange.Remove(id(random));
            case 2 -> new MemberChange.Update(id(random), urls);
            case 3 -> new MemberChange.Promote(id(random));
            case 4 -> new MemberChange.Prefer(id(random), random.nextInt(3));
            default -> new MemberChange.Add(id(random), urls, true, true);
        };
    }

    private static MemberId id(SplittableRandom random) {
        return new MemberId(random.nextLong() | 1);
    }

    private static FuzzTarget<?> changed() {
        return FuzzTarget.of(
                        "member-changed",
                        MembersFuzzTargets::changedSample,
                        input -> Changed.decode(ByteBuffer.wrap(input)),
                        IllegalArgumentException.class,
                        StatusRuntimeException.class,
                        RaftException.OutcomeUnknown.class)
                .writtenBy(changed -> bytes(changed.encoded()));
    }

    private static byte[] changedSample(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> bytes(Changed.encoded(Status.FAILED_PRECONDITION.withDescription("n\u00e9")));
            case 1 -> bytes(Changed.unknown());
            default -> bytes(new Changed(Configuration.of(ids(random))).encoded());
        };
    }

    private static FuzzTarget<?> bulletin() {
        return FuzzTarget.of(
                        "bulletin",
                        random -> bytes(new Bulletin(
                                        id(random),
                                        random.nextDouble(),
                                        random.nextBoolean(),
                                        random.nextBoolean(),
                                        random.nextBoolean())
                                .encoded()),
                        input -> Bulletin.decode(ByteBuffer.wrap(input)),
                        IllegalArgumentException.class)
                .writtenBy(bulletin -> bytes(bulletin.encoded()));
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
