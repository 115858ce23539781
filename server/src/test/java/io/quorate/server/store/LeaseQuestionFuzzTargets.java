package io.quorate.server.store;

import io.quorate.kv.Lease;
import io.quorate.kv.LeaseKeeper.Answer;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** What members ask the leader about leases, and what it answers. */
public final class LeaseQuestionFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(
                FuzzTarget.of(
                                "lease-question",
                                random -> bytes(question(random).encoded()),
                                input -> LeaseQuestion.of(ByteBuffer.wrap(input)),
                                IllegalArgumentException.class)
                        .writtenBy(question -> bytes(question.encoded())),
                FuzzTarget.of(
                                "lease-answer",
                                random -> encoded(answer(random)),
                                input -> LeaseQuestion.answer(ByteBuffer.wrap(input)),
                                IllegalArgumentException.class)
                        .writtenBy(LeaseQuestionFuzzTargets::encoded));
    }

    private static LeaseQuestion question(SplittableRandom random) {
        LeaseQuestion.Kind kind =
                random.nextBoolean() ? LeaseQuestion.Kind.KEEP_ALIVE : LeaseQuestion.Kind.TIME_TO_LIVE;
        return new LeaseQuestion(kind, random.nextLong());
    }

    private static Answer answer(SplittableRandom random) {
        Lease lease = new Lease(random.nextLong(), random.nextInt(99), random.nextInt(99), random.nextInt());
        return switch (random.nextInt(3)) {
            case 0 -> new Answer.Unknown();
            case 1 -> new Answer.Kept(lease);
            default -> new Answer.Left(lease, Duration.ofNanos(random.nextLong()));
        };
    }

    private static byte[] encoded(Answer answer) {
        return bytes(LeaseQuestion.encoded(answer).orElseThrow());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
