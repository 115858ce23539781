package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is still known of a log after damage: how it ended, and which of its entries are intact. */
class LogGapTest {

    private static final HardState VOTED = new HardState(3, Optional.of(new MemberId(0xb)), 4);

    private final FaultyDisk disk = new FaultyDisk();
    private final List<EntryFrame> written = new ArrayList<>();

    /** Eight entries: two in each write, each write acknowledged. */
    private void write() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.saveHardState(VOTED);
            for (int i = 0; i < 8; i++) {
                written.add(fixture.append(3, i + "-".repeat(600)));
                if (i % 2 == 1) {
                    fixture.settle();
                }
            }
        }
    }

    private void damage(long index) throws IOException {
        byte[] wanted = new byte[written.get((int) index - 1).size()];
        written.get((int) index - 1).bytes().get(wanted);
        for (String name : disk.list("log")) {
            byte[] file = disk.bytes("log/" + name).clone();
            int at = indexOf(wanted, file);
            if (at >= 0) {
                file[at + wanted.length / 2] ^= 1;
                disk.replace("log/" + name, file);
            }
        }
    }

    private static int indexOf(byte[] wanted, byte[] in) {
        for (int at = 0; at + wanted.length <= in.length; at++) {
            if (Arrays.equals(in, at, at + wanted.length, wanted, 0, wanted.length)) {
                return at;
            }
        }
        return -1;
    }

    private LogGap gap() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            return fixture.recovered.gap().orElseThrow();
        }
    }

    @Test
    void theChainHashOfTheEntryBeforeFollowsFromAnEntry() {
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            long previous = random.nextLong();
            byte[] payload = new byte[random.nextInt(20)];
            random.nextBytes(payload);
            EntryFrame entry = EntryFrame.encode(
                    0,
                    new EntryId(1 + random.nextInt(9), 1 + random.nextInt(99)),
                    EntryKind.COMMAND,
                    previous,
                    ByteBuffer.wrap(payload));
            assertThat(entry.previousChain()).isEqualTo(previous);
        }
    }

    @Test
    void whereALogEndedAndWhichEntriesAreIntactIsKnownAfterDamage() throws IOException {
        write();
        damage(2);
        damage(5);
        LogGap gap = gap();
        assertThat(gap.last()).isEqualTo(written.getLast().id());
        assertThat(gap.lastChain()).isEqualTo(written.getLast().chainHash());
        assertThat(gap.damaged(100)).containsExactly(2L, 5L);
        for (EntryFrame entry : written) {
            boolean intact = entry.index() != 2 && entry.index() != 5;
            assertThat(gap.salvaged(entry.index(), entry.chainHash()).map(EntryFrame::bytes))
                    .isEqualTo(intact ? Optional.of(entry.bytes()) : Optional.empty());
        }
    }

    /** Where the log ended, a frame says that may be forged, or damaged such that nobody sees it. */
    @Test
    void aGapOfVeryManyEntriesIsCountedAndNotListed() {
        EntryFrame third = EntryFrame.encode(0, new EntryId(1, 3), EntryKind.NO_OP, 0, ByteBuffer.allocate(0));
        LogGap gap = new LogGap(1, new EntryId(1, 1L << 40), 0, Map.of(3L, List.of(third)));
        assertThat(gap.damaged(4)).containsExactly(2L, 4L, 5L, 6L);
        assertThat(gap.damagedUpTo(Long.MAX_VALUE)).isEqualTo((1L << 40) - 2);
        assertThat(gap.damagedUpTo(4)).isEqualTo(2);
        assertThat(gap.damagedUpTo(1)).isZero();
    }

    /** Each beginning says that its entry reaches to the end of the value; to look at all of them would take hours. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aValueFullOfBeginningsOfEntriesDoesNotKeepTheSearchBusy() throws IOException {
        LogOptions large = new LogOptions(2 << 20, 2, 4096, 4096);
        ByteBuffer value = valueWithBeginnings(1_900_000, Integer.MAX_VALUE);
        try (LogFixture fixture = new LogFixture(disk, large, Optional.empty())) {
            written.add(fixture.append(3, EntryKind.COMMAND, value));
            fixture.settle();
            written.add(fixture.append(3, "last"));
            fixture.settle();
        }
        damage(1);
        try (LogFixture fixture = new LogFixture(disk, large, Optional.empty())) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            LogGap gap = fixture.recovered.gap().orElseThrow();
            assertThat(gap.last()).isEqualTo(written.getLast().id());
            assertThat(gap.damaged(100))
                    .as("what lies behind was not looked for")
                    .containsExactly(1L, 2L);
        }
    }

    @Test
    void aHandfulOfBeginningsOfEntriesHidesNothingThatIsIntactBehindThem() throws IOException {
        LogOptions large = new LogOptions(2 << 20, 2, 4096, 4096);
        try (LogFixture fixture = new LogFixture(disk, large, Optional.empty())) {
            written.add(fixture.append(3, EntryKind.COMMAND, valueWithBeginnings(2_000, 20)));
            fixture.settle();
            for (int i = 2; i <= 22; i++) {
                written.add(fixture.append(3, "intact " + i));
                fixture.settle();
            }
        }
        damage(1);
        try (LogFixture fixture = new LogFixture(disk, large, Optional.empty())) {
            LogGap gap = fixture.recovered.gap().orElseThrow();
            assertThat(gap.last()).isEqualTo(written.getLast().id());
            assertThat(gap.damaged(100)).containsExactly(1L);
        }
    }

    /** Each beginning claims so much that, of a larger value, it reaches to its end, and of a small one nearly to the end of the segment. */
    private static ByteBuffer valueWithBeginnings(int bytes, int count) {
        ByteBuffer value = ByteBuffer.allocate(bytes);
        ByteBuffer entry = EntryFrame.encode(0, new EntryId(3, 2), EntryKind.COMMAND, 0, ByteBuffer.allocate(0))
                .bytes();
        int at = 0;
        for (int i = 0; i < count && at + EntryFrame.HEADER_BYTES <= bytes; i++) {
            value.put(at, entry, 0, 32);
            value.putInt(at, 1_900_000 - at - EntryFrame.HEADER_BYTES);
            at += 32;
        }
        return value;
    }

    @Test
    void theLastEntrysIdentityIsKnownWhereItsOwnBytesAreDamaged() throws IOException {
        write();
        damage(8);
        LogGap gap = gap();
        assertThat(gap.last()).isEqualTo(written.getLast().id());
        assertThat(gap.lastChain()).isEqualTo(written.getLast().chainHash());
        assertThat(gap.damaged(100)).containsExactly(8L);
    }

    @Test
    void aFrameThatTheDiskPutBehindTheLastOneIsNotTheLast() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            for (String payload : List.of("a", "b", "c")) {
                written.add(fixture.append(3, payload));
                fixture.settle();
            }
        }
        String name = "log/segment-0000000000000001";
        byte[] file = disk.bytes(name).clone();
        byte[] wanted = new byte[written.get(1).size()];
        written.get(1).bytes().get(wanted);
        int begin = indexOf(wanted, file) - BatchFrame.HEADER_BYTES;
        int length = (int) BatchFrame.align(BatchFrame.HEADER_BYTES + wanted.length);
        System.arraycopy(file, begin, file, file.length - length, length);
        Arrays.fill(file, begin, begin + length, (byte) 0);
        disk.replace(name, file);

        LogGap gap = gap();
        assertThat(gap.last()).isEqualTo(written.getLast().id());
        assertThat(gap.damaged(100)).as("they are all somewhere").isEmpty();
    }

    @Test
    void itIsKnownAfterAnotherStartAndAfterPartsOfItAreBack() throws IOException {
        write();
        damage(2);
        gap();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.append(written.get(0));
            fixture.log.append(written.get(1));
            fixture.settle();
        }
        try (LogFixture again = new LogFixture(disk)) {
            LogGap gap = again.recovered.gap().orElseThrow();
            assertThat(gap.last()).isEqualTo(written.getLast().id());
            assertThat(gap.damaged(100)).isEmpty();
        }
    }

    @Test
    void aMemberThatVotesHasNothingToGetBackTo() throws IOException {
        write();
        damage(2);
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.resumeVoting();
            fixture.settle();
            fixture.log.suspendVoting(Suspension.PROMISES_LOST);
            fixture.settle();
        }
        try (LogFixture again = new LogFixture(disk)) {
            assertThat(again.recovered.votingSuspended()).isTrue();
            assertThat(again.recovered.gap()).as("of another suspension").isEmpty();
        }
    }

    /** Behind the damage, and said by what is intact there. */
    @Test
    void damageDoesNotHideThatPromisesWereLostBefore() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.saveHardState(VOTED);
            written.add(fixture.append(3, "-".repeat(600)));
            fixture.settle();
            fixture.log.suspendVoting(Suspension.PROMISES_LOST);
            fixture.settle();
            fixture.append(3, "-".repeat(600));
            fixture.settle();
        }
        damage(1);
        try (LogFixture again = new LogFixture(disk)) {
            assertThat(again.log.lastId().index()).isZero();
            assertThat(again.recovered.suspension()).isEqualTo(Suspension.PROMISES_LOST);
            assertThat(again.recovered.gap()).as("what would let it vote").isEmpty();
        }
    }

    @Test
    void aLogThatIsDamagedAgainBeforeItWasRepairedIsNotWhatTheMemberHasToGetBackTo() throws IOException {
        write();
        damage(5);
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.gap()).isPresent();
        }
        damage(1);
        try (LogFixture again = new LogFixture(disk)) {
            assertThat(again.recovered.votingSuspended()).isTrue();
            assertThat(again.recovered.gap()).isEmpty();
        }
    }

    /** In the log itself this is a refusal: then not even term and vote are known. */
    @Test
    void whereSomethingWasBegunBehindTheLastIntactFrameInQuarantineTheEndIsNotKnown() throws IOException {
        write();
        damage(2);
        gap();
        String top = "quarantine-1/"
                + disk.list("quarantine-1").stream().max(String::compareTo).orElseThrow();
        byte[] file = disk.bytes(top).clone();
        file[lastFrame(file) + 40] ^= 1;
        disk.replace(top, file);
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            assertThat(fixture.recovered.gap()).isEmpty();
        }
    }

    private static int lastFrame(byte[] file) {
        int last = -1;
        for (int at = 0; at + 4 <= file.length; at += BatchFrame.ALIGNMENT) {
            if (ByteBuffer.wrap(file).getInt(at) == BatchFrame.MAGIC) {
                last = at;
            }
        }
        return last;
    }
}
