package io.quorate.engine.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.inspect.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damages a small log at every position, and checks that it is whole, cut where that is legal, or fenced. */
class LogDamageTest {

    private static final HardState VOTED = new HardState(3, Optional.of(new MemberId(0xb)), 4);

    private final FaultyDisk disk = new FaultyDisk();
    private final List<String> segments = new ArrayList<>();
    private List<String> payloads = List.of();
    private HardState voted = VOTED;

    /** A log of three segments whose durable end is marked. */
    private void writeLog() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int i = 0; i < 9; i++) {
                fixture.append(3, i + "-".repeat(1000));
                fixture.log.saveHardState(VOTED);
                fixture.settle();
            }
            payloads = fixture.payloads();
        }
        disk.list("log").stream()
                .filter(name -> name.startsWith("segment-"))
                .map(name -> "log/" + name)
                .forEach(segments::add);
        assertThat(segments).hasSize(3);
    }

    private enum Outcome {
        COMPLETE,
        CUT,
        SUSPENDED,
        REFUSED
    }

    /** Opens what is left; what an inspection said of it before must be what the opening finds. */
    private Outcome open(FaultyDisk damaged, String what) throws IOException {
        boolean damageFound;
        try (LogInspection inspection =
                LogInspection.of(damaged, LogFixture.IDENTITY, 0, Optional.empty(), LogKeys.NONE)) {
            damageFound = inspection.findings().stream().anyMatch(Finding::isDamage);
        }
        Outcome outcome = openAndGoOn(damaged, what);
        assertThat(damageFound).as(what).isEqualTo(outcome == Outcome.SUSPENDED || outcome == Outcome.REFUSED);
        return outcome;
    }

    /** Opens what is left, and again, and goes on with it. */
    private Outcome openAndGoOn(FaultyDisk damaged, String what) throws IOException {
        Outcome outcome;
        List<String> kept;
        try (LogFixture fixture = new LogFixture(damaged)) {
            kept = fixture.payloads();
            assertThat(kept).as(what).isEqualTo(payloads.subList(0, kept.size()));
            if (fixture.recovered.votingSuspended()) {
                assertThat(damaged.list("")).as(what).contains("quarantine-1");
                assertThat(fixture.recovered.hardState().term()).as(what).isEqualTo(voted.term());
                assertThat(fixture.recovered.hardState().votedFor()).as(what).isEqualTo(voted.votedFor());
                outcome = Outcome.SUSPENDED;
            } else {
                outcome = kept.size() == payloads.size() ? Outcome.COMPLETE : Outcome.CUT;
            }
        } catch (DataDirectoryException e) {
            assertThat(e.getMessage()).as(what).endsWith(".").doesNotContain("\n");
            return Outcome.REFUSED;
        }
        try (LogFixture again = new LogFixture(damaged)) {
            assertThat(again.payloads()).as(what).isEqualTo(kept);
            assertThat(again.recovered.votingSuspended()).as(what).isEqualTo(outcome == Outcome.SUSPENDED);
            again.append(4, "on");
            again.flush();
            assertThat(again.durable).as(what).contains(again.log.lastId());
        }
        try (LogFixture last = new LogFixture(damaged)) {
            assertThat(last.payloads()).as(what).hasSize(kept.size() + 1).endsWith("on");
        }
        return outcome;
    }

    private FaultyDisk damage(String segment, byte[] content) {
        FaultyDisk damaged = disk.afterRestart();
        damaged.replace(segment, content);
        return damaged;
    }

    @Test
    void cornerCase23_aBitFlippedAnywhereLeavesTheCompleteLogOrAReportedPrefixThatDoesNotVoteOrARefusal()
            throws IOException {
        writeLog();
        int suspended = 0;
        for (String segment : segments) {
            byte[] original = disk.bytes(segment);
            for (int position = 0; position < original.length; position++) {
                byte[] flipped = original.clone();
                flipped[position] ^= (byte) (1 << (position % 8));
                String what = "bit flipped in " + segment + " at " + position;
                Outcome outcome = open(damage(segment, flipped), what);
                assertThat(outcome).as(what).isNotEqualTo(Outcome.CUT);
                if (!segment.equals(segments.getLast())) {
                    assertThat(outcome).as(what).isNotEqualTo(Outcome.REFUSED);
                }
                suspended += outcome == Outcome.SUSPENDED ? 1 : 0;
            }
        }
        assertThat(suspended).isGreaterThan(10000);
    }

    @Test
    void cornerCase23_zeroFilledSectorsLeaveTheCompleteLogOrAReportedPrefixThatDoesNotVoteOrARefusal()
            throws IOException {
        writeLog();
        for (String segment : segments) {
            byte[] original = disk.bytes(segment);
            for (int start = 0; start < original.length; start += 512) {
                byte[] zeroed = original.clone();
                Arrays.fill(zeroed, start, start + 512, (byte) 0);
                String what = "zeros in " + segment + " at " + start;
                Outcome outcome = open(damage(segment, zeroed), what);
                // The very last frames may vanish in one sector without a trace.
                if (!segment.equals(segments.getLast())) {
                    assertThat(outcome).as(what).isIn(Outcome.COMPLETE, Outcome.SUSPENDED);
                }
            }
        }
    }

    @Test
    void cornerCase23_aSegmentCutOffAtAnyLengthIsNeverTakenForATornWrite() throws IOException {
        writeLog();
        for (String segment : segments) {
            byte[] original = disk.bytes(segment);
            for (int length = 0; length < original.length; length += 7) {
                String what = segment + " cut off at " + length;
                Outcome outcome = open(damage(segment, Arrays.copyOf(original, length)), what);
                assertThat(outcome).as(what).isNotEqualTo(Outcome.CUT);
            }
        }
    }

    @Test
    void cornerCase23_absurdLengthsNeitherAllocateNorRead() throws IOException {
        writeLog();
        for (String segment : segments) {
            byte[] original = disk.bytes(segment);
            for (int position = 0; position + 4 <= original.length; position += 4) {
                byte[] absurd = original.clone();
                Arrays.fill(absurd, position, position + 4, (byte) 0x7f);
                String what = "absurd number in " + segment + " at " + position;
                assertThat(open(damage(segment, absurd), what)).as(what).isNotEqualTo(Outcome.CUT);
            }
        }
    }

    @Test
    void cornerCase23_aTornTailIsCutOffAndReportedAndTheMemberGoesOnVoting() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "acknowledged");
            fixture.settle();
            fixture.append(1, "x".repeat(2000));
            fixture.submit();
            disk.failSyncs(true);
            fixture.run();
        }
        disk.failSyncs(false);
        String segment = "log/segment-0000000000000001";
        byte[] torn = disk.bytes(segment);
        int tear = torn.length;
        while (torn[tear - 1] != 'x') {
            tear--;
        }
        Arrays.fill(torn, tear - 700, tear, (byte) 0);
        disk.replace(segment, torn);
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).containsExactly("acknowledged");
            assertThat(fixture.recovered.votingSuspended()).isFalse();
            assertThat(fixture.recovered.report()).singleElement().asString().contains("cut off");
            fixture.append(1, "later");
            fixture.settle();
        }
        // A disk that wrote to another place what was to be written over the torn write would take what is durable,
        // without a trace.
        assertThat(disk.bytes(segment)).isEqualTo(torn);
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).containsExactly("acknowledged", "later");
            assertThat(fixture.recovered.report()).isEmpty();
        }
    }

    @Test
    void damagedSegmentsAreKeptInQuarantine() throws IOException {
        writeLog();
        byte[] damaged = disk.bytes(segments.get(1)).clone();
        damaged[LogFixture.FRAMES + 904] ^= 1;
        disk.replace(segments.get(1), damaged);
        byte[] following = disk.bytes(segments.get(2)).clone();
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
        }
        assertThat(disk.bytes(segments.get(1).replace("log/", "quarantine-1/"))).isEqualTo(damaged);
        assertThat(disk.bytes(segments.get(2).replace("log/", "quarantine-1/"))).isEqualTo(following);
    }

    @Test
    void aCrashInTheMiddleOfARepairLeavesALogThatIsStillNoticedToBeDamaged() throws IOException {
        writeLog();
        byte[] damaged = disk.bytes(segments.get(1)).clone();
        damaged[LogFixture.FRAMES + 904] ^= 1;
        disk.replace(segments.get(1), damaged);
        boolean repaired = false;
        for (int deathAt = 1; !repaired; deathAt++) {
            FaultyDisk dying = disk.afterRestart();
            dying.dieAfter(deathAt);
            try (LogFixture fixture = new LogFixture(dying)) {
                repaired = fixture.recovered.votingSuspended();
            } catch (FaultyDisk.ProcessDied e) {
                repaired = false;
            }
            for (int seed = 0; seed < 5; seed++) {
                FaultyDisk survivor = dying.afterPowerLoss(new Random(seed));
                assertThat(openAndGoOn(survivor, "death after " + deathAt)).isEqualTo(Outcome.SUSPENDED);
            }
        }
    }

    /** Seed 343 of the simulator's standard runs: nothing else said where the log had begun, and the start broke down. */
    @Test
    void aLogWhoseOnlyHeaderIsDamagedIsFilledFromTheBeginning() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(3, "only");
            fixture.log.saveHardState(VOTED);
            fixture.settle();
            payloads = fixture.payloads();
        }
        String only = "log/"
                + disk.list("log").stream()
                        .filter(name -> name.startsWith("segment-"))
                        .findFirst()
                        .orElseThrow();
        byte[] damaged = disk.bytes(only).clone();
        damaged[40] ^= 1;
        assertThat(open(damage(only, damaged), "header of the only segment")).isEqualTo(Outcome.SUSPENDED);
    }

    /** Seed 210 of the simulator's standard runs: entries that were truncated in the lost part were taken for committed. */
    @Test
    void whatADamagedLogHasLeftIsCommittedOnlyAsFarAsThatPartItselfSays() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "first");
            fixture.log.saveHardState(new HardState(1, Optional.empty(), 1));
            fixture.settle();
            fixture.append(1, "truncated later");
            fixture.append(1, "as well");
            fixture.settle();
            fixture.log.truncateFrom(2);
            fixture.append(2, "lost");
            fixture.append(2, "lost too");
            fixture.settle();
            fixture.log.saveHardState(new HardState(3, Optional.empty(), 3));
            fixture.settle();
        }
        String segment = "log/" + LogFiles.SEGMENT_PREFIX + LogFiles.hex(1);
        byte[] content = disk.bytes(segment).clone();
        content[new String(content, ISO_8859_1).indexOf("lost")] ^= 1;
        try (LogFixture fixture = new LogFixture(damage(segment, content))) {
            assertThat(fixture.payloads()).containsExactly("first", "truncated later", "as well");
            assertThat(fixture.recovered.hardState()).isEqualTo(new HardState(3, Optional.empty(), 1));
        }
    }

    @Test
    void aFrameThatHoldsAPartOfABatchDoesNotBearTheCommitIndexOfTheWhole() throws IOException {
        List<HardState> whileInPart = new ArrayList<>();
        // With one of these sizes, what truncates the large entry does not fit into the frame that holds it.
        for (int size = 3800; size < 4096; size += BatchFrame.ALIGNMENT) {
            whileInPart.addAll(statesOfPartsOfABatch("truncated" + "-".repeat(size)));
        }
        assertThat(whileInPart).isNotEmpty().allMatch(state -> state.commitIndex() == 1);
    }

    /** The hard states found where of one batch no more is left than an entry that the rest of it truncates. */
    private static List<HardState> statesOfPartsOfABatch(String truncated) throws IOException {
        LogOptions oneSegment = new LogOptions(1 << 16, 2, 4096, 4096);
        FaultyDisk whole = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(whole, oneSegment, Optional.empty())) {
            fixture.append(1, "first");
            fixture.log.saveHardState(new HardState(1, Optional.empty(), 1));
            fixture.settle();
            fixture.append(1, truncated);
            fixture.log.truncateFrom(2);
            fixture.append(2, "second");
            fixture.log.saveHardState(new HardState(2, Optional.empty(), 2));
            fixture.flush();
        }
        List<HardState> found = new ArrayList<>();
        String segment = "log/" + LogFiles.SEGMENT_PREFIX + LogFiles.hex(1);
        byte[] content = whole.bytes(segment);
        int second = new String(content, ISO_8859_1).indexOf("second");
        Arrays.fill(content, second, content.length, (byte) 0);
        FaultyDisk torn = whole.afterRestart();
        torn.replace(segment, content);
        try (LogFixture fixture = new LogFixture(torn, oneSegment, Optional.empty())) {
            if (fixture.payloads().contains(truncated)) {
                found.add(fixture.recovered.hardState());
            }
        }
        return found;
    }

    /** The mark that tells so was not synced: a power failure takes it, and the member goes on acknowledging what is there. */
    @Test
    void afterARestartDamageToTheLastWriteIsNotTakenForATornOneEither() throws IOException {
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "first");
            fixture.flush();
            fixture.append(1, "acknowledged");
            fixture.flush();
        }
        FaultyDisk unmarked = disk.afterRestart();
        String segment = "log/" + LogFiles.SEGMENT_PREFIX + LogFiles.hex(1);
        byte[] content = unmarked.bytes(segment).clone();
        int last = new String(content, ISO_8859_1).indexOf("acknowledged");
        Arrays.fill(content, last + 16, content.length, (byte) 0);
        unmarked.replace(segment, content);
        try (LogFixture restarted = new LogFixture(unmarked)) {
            assertThat(restarted.payloads()).containsExactly("first", "acknowledged");
            restarted.writer.idle();
            restarted.run();
        }
        byte[] damaged = unmarked.bytes(segment).clone();
        damaged[last] ^= 1;
        unmarked.replace(segment, damaged);
        try (LogFixture again = new LogFixture(unmarked)) {
            assertThat(again.payloads()).containsExactly("first");
            assertThat(again.recovered.votingSuspended()).isTrue();
        }
    }

    /** The log's last write was a vote, and is damaged with its mark; an older damage makes it a log to be repaired. */
    @Test
    void termAndVoteDoNotRollBackToTheLastIntactFrameWhereAnotherBeginsBehindIt() throws IOException {
        writeLog();
        try (LogFixture fixture = new LogFixture(disk)) {
            voted = new HardState(4, Optional.of(new MemberId(0xb)), 4);
            fixture.log.saveHardState(voted);
            fixture.settle();
        }
        byte[] older = disk.bytes(segments.get(1)).clone();
        older[LogFixture.FRAMES + 900] ^= 1;
        disk.replace(segments.get(1), older);
        assertThat(open(disk.afterRestart(), "the vote and its mark are intact"))
                .isEqualTo(Outcome.SUSPENDED);
        String top = segments.getLast();
        byte[] content = disk.bytes(top).clone();
        int mark = lastFrame(content, content.length);
        int vote = lastFrame(content, mark);
        content[mark + 80] ^= 1;
        assertThat(open(damage(top, content), "the vote is intact, its mark is not"))
                .isEqualTo(Outcome.REFUSED);
        content[vote + 80] ^= 1;
        assertThat(open(damage(top, content), "neither the vote nor its mark is intact"))
                .isEqualTo(Outcome.REFUSED);
    }

    private static int lastFrame(byte[] segment, int before) {
        ByteBuffer content = ByteBuffer.wrap(segment);
        int at = before - BatchFrame.ALIGNMENT;
        while (content.getInt(at) != BatchFrame.MAGIC) {
            at -= BatchFrame.ALIGNMENT;
        }
        return at;
    }

    /** With some of these sizes the frame would end so near to the segment's end that no mark has room behind it. */
    @Test
    void damageToTheLastWriteIsNotTakenForATornOneHoweverLittleRoomIsLeftInItsSegment() throws IOException {
        int inTheFirstSegment = 0;
        for (int size = 3600; size < 4000; size += BatchFrame.ALIGNMENT) {
            FaultyDisk full = new FaultyDisk();
            try (LogFixture fixture = new LogFixture(full)) {
                fixture.append(3, "first");
                fixture.log.saveHardState(VOTED);
                fixture.settle();
                fixture.append(3, "acknowledged" + "-".repeat(size));
                fixture.settle();
                payloads = fixture.payloads();
            }
            String last = "log/"
                    + full.list("log").stream()
                            .filter(name -> name.startsWith("segment-"))
                            .max(String::compareTo)
                            .orElseThrow();
            inTheFirstSegment += last.equals(LogFiles.nameOf(1)) ? 1 : 0;
            byte[] content = full.bytes(last).clone();
            content[new String(content, ISO_8859_1).indexOf("acknowledged")] ^= 1;
            full.replace(last, content);
            String what = "with " + size + " bytes";
            assertThat(open(full, what)).as(what).isEqualTo(Outcome.SUSPENDED);
        }
        assertThat(inTheFirstSegment).as("some sizes fit, others do not").isBetween(1, 49);
    }

    @Test
    void aMissingSegmentIsDamageNotTheEndOfTheLog() throws IOException {
        writeLog();
        FaultyDisk withoutMiddle = disk.afterRestart();
        withoutMiddle.delete(segments.get(1));
        assertThat(open(withoutMiddle, "without the middle segment")).isEqualTo(Outcome.SUSPENDED);
        FaultyDisk withoutFirst = disk.afterRestart();
        withoutFirst.delete(segments.get(0));
        assertThat(open(withoutFirst, "without the first segment")).isEqualTo(Outcome.SUSPENDED);
    }

    @Test
    void aMissingHeadIsMadeUpForByTheNewestSnapshot() throws IOException {
        writeLog();
        SnapshotMeta snapshot;
        try (LogFixture fixture = new LogFixture(disk)) {
            snapshot = fixture.log.snapshotMetaAt(7);
        }
        disk.delete(segments.get(0));
        try (LogFixture fixture = new LogFixture(disk, LogFixture.SMALL, Optional.of(snapshot))) {
            assertThat(fixture.recovered.votingSuspended()).isFalse();
            assertThat(fixture.recovered.start()).isEqualTo(snapshot);
            assertThat(fixture.payloads()).isEqualTo(payloads.subList(7, 9));
            assertThat(fixture.recovered.report()).singleElement().asString().contains("missing");
        }
    }

    @Test
    void aDamagedLogBeginsAtTheNewestSnapshotIfThatReachesFurtherThanWhatIsIntact() throws IOException {
        writeLog();
        byte[] damaged = disk.bytes(segments.get(0)).clone();
        damaged[LogFixture.FRAMES + 100] ^= 1;
        disk.replace(segments.get(0), damaged);
        SnapshotMeta snapshot = new SnapshotMeta(new EntryId(3, 5), LogFixture.MEMBERS, 0);
        try (LogFixture fixture = new LogFixture(disk, LogFixture.SMALL, Optional.of(snapshot))) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            assertThat(fixture.recovered.start()).isEqualTo(snapshot);
            assertThat(fixture.log.chainHashAt(5)).isEqualTo(OptionalLong.empty());
        }
        try (LogFixture again = new LogFixture(disk)) {
            assertThat(again.recovered.votingSuspended()).isTrue();
            assertThat(again.recovered.start()).isEqualTo(snapshot);
        }
    }

    @Test
    void aLogThatIsGoneIsNotBegunAnew() throws IOException {
        writeLog();
        for (String name : disk.list("log")) {
            disk.delete("log/" + name);
        }
        assertThatThrownBy(() -> new LogFixture(disk))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("is missing")
                .hasMessageContaining("add it anew");
    }

    /** What was read is written once more at a start, so that it is synced; what is damaged is moved. */
    @Test
    void aReadThatGoesWrongAtAStartDestroysNothing() throws IOException {
        int misread = 0;
        for (boolean all = false; !all; misread++) {
            FaultyDisk once = new FaultyDisk();
            List<String> written;
            try (LogFixture fixture = new LogFixture(once)) {
                fixture.append(3, "a");
                fixture.append(3, "b");
                fixture.flush();
                written = fixture.payloads();
            }
            once.misreadAfter(misread);
            try (LogFixture misled = new LogFixture(once)) {
                assertThat(misled.payloads()).isEqualTo(written);
                all = !once.hasMisread();
            } catch (IOException refused) {
                assertThat(once.hasMisread()).isTrue();
            }
            once.misreadAfter(-1);
            try (LogFixture fixture = new LogFixture(once)) {
                assertThat(fixture.payloads()).as("read %d went wrong", misread).isEqualTo(written);
            }
        }
        assertThat(misread).isGreaterThan(3);
    }

    /**
     * Seed 31851 of the simulator: reads that went wrong alike twice had a log repaired that was whole. The repair went on behind a
     * mark that was not synced, and when a power failure took that, all that had been written since was taken for damaged.
     */
    @Test
    void whatARepairGoesOnBehindIsMadeDurable() throws IOException {
        HardState later = new HardState(4, Optional.of(new MemberId(0xa)), 1);
        int repaired = 0;
        int reads = 60;
        int entries = 6;
        for (int first = 0; first < reads; first++) {
            for (int between = 0; between < reads; between++) {
                FaultyDisk misled = new FaultyDisk();
                try (LogFixture fixture = new LogFixture(misled)) {
                    for (int i = 0; i < entries; i++) {
                        fixture.append(3, i + "-".repeat(1500));
                        fixture.settle();
                    }
                }
                misled.misreadTwiceAfter(first, between);
                try (LogFixture fixture = new LogFixture(misled)) {
                    if (!fixture.recovered.votingSuspended()
                            || fixture.log.lastId().index() < entries) {
                        continue;
                    }
                    fixture.log.saveHardState(later);
                    fixture.settle();
                } catch (IOException refused) {
                    continue;
                }
                repaired++;
                for (int seed = 0; seed < 8; seed++) {
                    try (LogFixture again = new LogFixture(misled.afterPowerLoss(new Random(seed)))) {
                        assertThat(again.recovered.report())
                                .as("misread after %d and %d reads, seed %d", first, between, seed)
                                .noneMatch(sentence -> sentence.startsWith("The log is damaged"));
                        assertThat(again.recovered.hardState()).isEqualTo(later);
                    }
                }
            }
        }
        assertThat(repaired).as("repairs of a log that was whole").isPositive();
    }
}
