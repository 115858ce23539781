package io.quorate.engine.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.KeyRing;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.inspect.Finding;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A log that is sealed: what lies on the disk, what damage costs, and with which keys it can be read. */
class SealedLogTest {

    /** Room for some frames behind header and key; nearly nothing is kept in memory, so that entries are read from the disk. */
    private static final LogOptions SMALL = new LogOptions(24 << 10, 2, 1, 4096);

    private static final HardState VOTED = new HardState(3, Optional.of(new MemberId(0xb)), 0);
    private static final String SPRING = key("spring", 1);
    private static final String SUMMER = key("summer", 2);

    private FaultyDisk disk = new FaultyDisk();

    private static String key(String id, int fill) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) fill);
        return id + " " + Base64.getEncoder().encodeToString(secret) + "\n";
    }

    private static LogOptions sealed(String... lines) throws IOException {
        return SMALL.with(LogKeys.of(KeyRing.parse(String.join("", lines), "the ring")));
    }

    private static LogFixture open(FaultyDisk disk, LogOptions options) throws IOException {
        return new LogFixture(disk, options, Optional.empty());
    }

    private static String payload(int number) {
        return "secret-" + number + "-".repeat(700);
    }

    /** Entries, some in a write by themselves and some together, over several segments. */
    private List<String> write(LogOptions options, int count) throws IOException {
        try (LogFixture fixture = open(disk, options)) {
            fixture.log.saveHardState(VOTED);
            for (int i = 0; i < count; i++) {
                fixture.append(3, payload(i));
                if (i % 4 != 1) {
                    fixture.settle();
                }
            }
            fixture.settle();
            assertThat(fixture.failures).isEmpty();
            return fixture.payloads();
        }
    }

    private List<String> segments() {
        return disk.list("log").stream()
                .filter(LogDiagnosis::isSegment)
                .map(name -> "log/" + name)
                .toList();
    }

    /** Everything on a disk. */
    private static Map<String, String> content(FaultyDisk disk) {
        Map<String, String> content = new TreeMap<>();
        List<String> folders = new ArrayList<>(List.of(""));
        while (!folders.isEmpty()) {
            String folder = folders.removeLast();
            for (String name : disk.list(folder)) {
                String path = folder.isEmpty() ? name : folder + "/" + name;
                if (disk.isDirectory(path)) {
                    folders.add(path);
                } else {
                    content.put(path, new String(disk.bytes(path), ISO_8859_1));
                }
            }
        }
        return content;
    }

    @Test
    void whatIsWrittenIsReadFromTheDiskAndAfterARestartAndCannotBeReadThere() throws IOException {
        List<String> written = write(sealed(SPRING), 40);
        assertThat(written).hasSize(40).startsWith(payload(0)).endsWith(payload(39));
        assertThat(segments()).hasSizeGreaterThan(2);
        try (LogFixture fixture = open(disk.afterRestart(), sealed(SPRING))) {
            assertThat(fixture.payloads()).isEqualTo(written);
            assertThat(fixture.recovered.hardState().votedFor()).isEqualTo(VOTED.votedFor());
            // Members, and what of an entry goes into the chain hash, tell of it.
            byte[] chain = bytesOf(fixture.log.chainHashAt(7).orElseThrow());
            assertThat(content(disk).entrySet())
                    .filteredOn(file -> file.getKey().startsWith("log/segment"))
                    .isNotEmpty()
                    .allSatisfy(file -> assertThat(file.getValue())
                            .doesNotContain("secret")
                            .doesNotContain("-----")
                            .doesNotContain(new String(chain, ISO_8859_1)));
        }
    }

    private static byte[] bytesOf(long value) {
        return ByteBuffer.allocate(Long.BYTES).putLong(value).array();
    }

    @Test
    void whatWasTruncatedAndWrittenAnewIsReadAsItWasWrittenLast() throws IOException {
        List<String> expected;
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            for (int i = 1; i <= 6; i++) {
                fixture.append(3, payload(i));
            }
            // All of it goes into one frame, and the older entries 4 to 6 with it.
            fixture.log.truncateFrom(4);
            for (int i = 4; i <= 5; i++) {
                fixture.append(4, "instead of " + i);
            }
            fixture.settle();
            fixture.append(4, payload(6));
            fixture.settle();
            expected = List.of(payload(1), payload(2), payload(3), "instead of 4", "instead of 5", payload(6));
            assertThat(fixture.payloads()).isEqualTo(expected);
        }
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).isEqualTo(expected);
            fixture.log.truncateFrom(2);
            fixture.append(5, "another");
            fixture.settle();
        }
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).containsExactly(payload(1), "another");
        }
    }

    @Test
    void anEntryThatIsLargerThanAnyBufferIsReadAsItWasWritten() throws IOException {
        String large = "large-".repeat(20_000);
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            fixture.append(3, "before");
            fixture.append(3, large);
            fixture.append(3, "behind");
            fixture.settle();
            assertThat(fixture.payloads()).containsExactly("before", large, "behind");
        }
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).containsExactly("before", large, "behind");
        }
    }

    /** Every message that was ever sealed in this log, restarts and recycled files included, by its nonce. */
    @Test
    void noNonceIsUsedTwiceAndEachSegmentHasAKeyOfItsOwn() throws IOException {
        Set<String> nonces = new HashSet<>();
        Set<SegmentKey> keys = new HashSet<>();
        Set<String> blocks = new HashSet<>();
        for (int round = 0; round < 12; round++) {
            try (LogFixture fixture = open(disk, sealed(SPRING))) {
                for (int i = 0; i < 5; i++) {
                    fixture.append(2 * round + 1, payload(i));
                    fixture.settle();
                }
                fixture.log.truncateFrom(fixture.log.lastId().index());
                fixture.append(2 * round + 2, payload(round));
                fixture.log.compactTo(Math.max(1, fixture.log.lastId().index() - 6));
                fixture.settle();
                fixture.recovered
                        .files()
                        .present()
                        .forEach(segment -> keys.add(segment.header().key().orElseThrow()));
            }
            for (String segment : segments()) {
                collect(segment, nonces, blocks);
            }
        }
        assertThat(blocks.size()).isGreaterThan(100);
        assertThat(nonces).hasSameSizeAs(blocks);
        assertThat(keys.stream().map(SegmentKey::key).distinct())
                .hasSameSizeAs(keys)
                .hasSizeGreaterThan(4);
    }

    private void collect(String segment, Set<String> nonces, Set<String> blocks) {
        ByteBuffer bytes = ByteBuffer.wrap(disk.bytes(segment));
        for (int at = 0; at < bytes.limit(); at++) {
            if (SealedBlock.mayBegin(bytes, at)) {
                int end = at + SealedBlock.OVERHEAD + SealedBlock.itemBytes(bytes, at);
                String block = new String(bytes.array(), at, end - at, ISO_8859_1);
                blocks.add(block);
                nonces.add(block.substring(SealedBlock.HEADER_BYTES, SealedBlock.HEADER_BYTES + 12));
            }
        }
    }

    @Test
    void damageIsFoundWithoutAnyKey() throws IOException {
        write(sealed(SPRING), 20);
        String segment = segments().getFirst();
        long sequence = LogDiagnosis.sequenceOf(segment.substring("log/".length()));
        int frames = intactFrames(disk, segment, sequence);
        assertThat(frames).isGreaterThan(8);
        FaultyDisk damaged = disk.afterRestart();
        byte[] bytes = damaged.bytes(segment).clone();
        bytes[
                (int) SegmentScanner.ofUnreadHeader(damaged.open(segment), sequence)
                                .nextFrame(0)
                                .orElseThrow()
                        + 200] ^= 1;
        damaged.replace(segment, bytes);
        assertThat(intactFrames(damaged, segment, sequence)).isEqualTo(frames - 1);
    }

    private static int intactFrames(FaultyDisk disk, String segment, long sequence) throws IOException {
        try (DiskFile file = disk.open(segment)) {
            SegmentScanner scanner = SegmentScanner.ofUnreadHeader(file, sequence);
            int frames = 0;
            for (long at = 0; at < file.size(); at += BatchFrame.ALIGNMENT) {
                frames += scanner.frameAt(at).isPresent() ? 1 : 0;
            }
            return frames;
        }
    }

    /** A flipped bit leaves the whole log, a prefix that does not vote, or a refusal, and an inspection says which. */
    @Test
    void aFlippedBitCostsWhatItCostsALogInPlain() throws IOException {
        List<String> written = write(sealed(SPRING), 14);
        int suspended = 0;
        int whole = 0;
        for (String segment : segments()) {
            byte[] original = disk.bytes(segment);
            for (int position = 0; position < original.length; position += 41) {
                FaultyDisk damaged = disk.afterRestart();
                byte[] flipped = original.clone();
                flipped[position] ^= (byte) (1 << (position % 8));
                damaged.replace(segment, flipped);
                boolean seen = isDamageSeen(damaged);
                String what = "bit flipped in " + segment + " at " + position;
                try (LogFixture fixture = open(damaged, sealed(SPRING))) {
                    List<String> kept = fixture.payloads();
                    assertThat(kept).as(what).isEqualTo(written.subList(0, kept.size()));
                    assertThat(fixture.recovered.votingSuspended()).as(what).isEqualTo(seen);
                    assertThat(seen || kept.size() == written.size()).as(what).isTrue();
                    suspended += seen ? 1 : 0;
                    whole += seen ? 0 : 1;
                } catch (DataDirectoryException e) {
                    assertThat(seen).as(what).isTrue();
                    assertThat(segment).as(what).isEqualTo(segments().getLast());
                }
            }
        }
        assertThat(suspended).isGreaterThan(200);
        assertThat(whole).isGreaterThan(200);
    }

    private static boolean isDamageSeen(FaultyDisk disk) throws IOException {
        LogKeys keys = sealed(SPRING).keys();
        try (LogInspection inspection = LogInspection.of(disk, LogFixture.IDENTITY, 0, Optional.empty(), keys)) {
            return inspection.findings().stream().anyMatch(Finding::isDamage);
        }
    }

    @Test
    void whatTheMachineForgetsInAPowerFailureWasNotAcknowledged() throws IOException {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            FaultyDisk dying = new FaultyDisk();
            long acknowledged = 0;
            try (LogFixture fixture = open(dying, sealed(SPRING))) {
                dying.dieAfter(5 + random.nextInt(80));
                for (int i = 0; i < 40; i++) {
                    fixture.append(3, payload(i));
                    fixture.flush();
                    acknowledged = fixture.durable.map(EntryId::index).orElse(0L);
                }
            } catch (FaultyDisk.ProcessDied e) {
                // While a segment was prepared ahead; where it dies in a write, the writer has failed and takes nothing
                // any more.
                assertThat(acknowledged).isLessThan(40);
            }
            try (LogFixture fixture = open(dying.afterPowerLoss(random), sealed(SPRING))) {
                List<String> kept = fixture.payloads();
                assertThat(kept).as("seed " + seed).hasSizeGreaterThanOrEqualTo((int) acknowledged);
                for (int i = 0; i < kept.size(); i++) {
                    assertThat(kept.get(i)).isEqualTo(payload(i));
                }
                assertThat(fixture.recovered.votingSuspended()).isFalse();
            }
        }
    }

    @Test
    void entriesBehindDamageAreSalvagedBlockByBlock() throws IOException {
        List<EntryFrame> written = new ArrayList<>();
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            fixture.log.saveHardState(VOTED);
            for (int i = 0; i < 8; i++) {
                written.add(fixture.append(3, payload(i)));
                if (i % 2 == 1) {
                    fixture.settle();
                }
            }
        }
        String segment = segments().getFirst();
        byte[] bytes = disk.bytes(segment).clone();
        List<Integer> blocks = blocks(bytes);
        // The first block holds entries 1 and 2.
        bytes[blocks.getFirst() + 100] ^= 1;
        disk.replace(segment, bytes);
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            LogGap gap = fixture.recovered.gap().orElseThrow();
            assertThat(gap.last()).isEqualTo(written.getLast().id());
            assertThat(gap.lastChain()).isEqualTo(written.getLast().chainHash());
            assertThat(gap.damaged(100)).containsExactly(1L, 2L);
            for (EntryFrame entry : written.subList(2, 8)) {
                assertThat(gap.salvaged(entry.index(), entry.chainHash()).map(EntryFrame::bytes))
                        .contains(entry.bytes());
            }
        }
    }

    private static List<Integer> blocks(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment);
        List<Integer> blocks = new ArrayList<>();
        for (int at = 0; at < segment.length; at++) {
            if (SealedBlock.mayBegin(bytes, at)) {
                blocks.add(at);
            }
        }
        return blocks;
    }

    @Test
    void aScrubReadsWhatIsSealedAndFindsWhatIsDamaged() throws IOException {
        write(sealed(SPRING), 14);
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(LogScrub.of(fixture.recovered.files(), read -> {})).isEmpty();
            byte[] bytes = disk.bytes(segments().getFirst()).clone();
            bytes[blocks(bytes).getFirst() + 100] ^= 1;
            disk.replace(segments().getFirst(), bytes);
            assertThat(LogScrub.of(fixture.recovered.files(), read -> {}))
                    .singleElement()
                    .satisfies(finding ->
                            assertThat(finding.file()).isEqualTo(segments().getFirst()));
        }
    }

    @Test
    void aMissingOrWrongKeyIsRefusedBeforeAnythingIsTouched() throws IOException {
        write(sealed(SPRING), 14);
        Map<String, String> before = content(disk);

        assertThatThrownBy(() -> open(disk, SMALL))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageStartingWith("The log segment segment-0000000000000001 is sealed with the master key spring")
                .hasMessageContaining("--encryption-key-file");
        assertThatThrownBy(() -> open(disk, sealed(SUMMER)))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageContaining("segment-0000000000000001")
                .hasMessageContaining("the master key spring is needed, and the ring has only summer");
        assertThatThrownBy(() -> open(disk, sealed(key("spring", 3))))
                .isInstanceOf(WrongKeyException.class)
                .hasMessageContaining("segment-0000000000000001")
                .hasMessageContaining("is not the one that was used under this id");
        assertThatThrownBy(() -> sealed(SUMMER).keys().requireFor(disk)).isInstanceOf(MissingKeyException.class);
        assertThat(content(disk)).isEqualTo(before);
        sealed(SPRING).keys().requireFor(disk);
        assertThat(content(disk)).isEqualTo(before);
    }

    @Test
    void aLogThatWasBegunInPlainGoesOnSealedAndIsWholeInBothParts() throws IOException {
        List<String> plain = write(SMALL, 10);
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).isEqualTo(plain);
            assertThat(fixture.recovered.report()).anyMatch(line -> line.contains("is sealed"));
            fixture.append(3, "hidden-from-now-on");
            fixture.settle();
            LogSealing sealing = fixture.recovered.files().sealing();
            assertThat(sealing.plain().segments()).isPositive();
            assertThat(sealing.byKey()).containsOnlyKeys("spring");
            assertThat(sealing.byKey().values())
                    .extracting(LogSealing.Share::segments)
                    .containsExactly(1);
        }
        assertThat(String.join("", content(disk).values())).contains("secret-9").doesNotContain("hidden");
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).hasSize(11).endsWith("hidden-from-now-on");
            fixture.log.compactTo(fixture.log.lastId().index() - 1);
            fixture.settle();
            assertThat(fixture.recovered.files().sealing().plain().segments()).isZero();
        }
        assertThat(String.join("", content(disk).values())).doesNotContain("secret-");
    }

    /** Where nothing is kept of a log in plain, what its spares hold is not hidden by the repair that seals what follows. */
    @Test
    void aRepairThatKeepsNothingOfALogInPlainSealsNoFileThatHeldIt() throws IOException {
        write(SMALL, 60);
        try (LogFixture fixture = open(disk, SMALL)) {
            fixture.log.compactTo(fixture.log.lastId().index());
            fixture.settle();
            assertThat(fixture.recovered.files().present()).hasSize(1);
        }
        List<String> spares = disk.list("log").stream()
                .filter(name -> name.startsWith("spare"))
                .toList();
        assertThat(spares).anyMatch(spare -> text("log/" + spare).contains("secret-"));
        byte[] damaged = disk.bytes(segments().getFirst()).clone();
        Arrays.fill(damaged, 0, 512, (byte) 0);
        disk.replace(segments().getFirst(), damaged);

        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.recovered.votingSuspended()).isTrue();
            assertThat(fixture.recovered.files().sealing().plain().segments()).isZero();
        }
        assertThat(disk.list("log"))
                .isNotEmpty()
                .noneMatch(name -> text("log/" + name).contains("secret-"));
    }

    private String text(String path) {
        return new String(disk.bytes(path), ISO_8859_1);
    }

    /** Such a frame needs no key: a checksum against accidents is all that it has. */
    @Test
    void aSealedFrameWithNothingInItIsRefused() throws IOException {
        write(sealed(SPRING), 3);
        LogTail tail;
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            tail = fixture.recovered.files().tail();
        }
        ByteBuffer planted = ByteBuffer.allocate(BatchFrame.HEADER_BYTES).position(BatchFrame.HEADER_BYTES);
        HardState chosen = new HardState(77, Optional.of(new MemberId(0xb)), 0);
        BatchFrame.putHeader(
                planted,
                0,
                tail.segment(),
                tail.nextLsn(),
                tail.nextLsn() - 1,
                chosen,
                tail.suspension(),
                true,
                SegmentSecret.NONE);
        byte[] segment = disk.bytes(LogFiles.nameOf(tail.segment())).clone();
        System.arraycopy(planted.array(), 0, segment, (int) tail.offset(), BatchFrame.HEADER_BYTES);
        disk.replace(LogFiles.nameOf(tail.segment()), segment);
        assertThatThrownBy(() -> open(disk, sealed(SPRING)))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("a sealed frame has nothing in it");
    }

    /** Whoever can write to the disk and has no key can put a segment in plain behind the sealed ones, and with it what the log is to hold. */
    @Test
    void aSegmentInPlainBehindASealedOneIsRefusedAndNothingIsTouched() throws IOException {
        List<String> written = write(sealed(SPRING), 14);
        LogTail tail;
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            tail = fixture.recovered.files().tail();
        }
        SegmentHeader plain = new SegmentHeader(
                0,
                LogFixture.IDENTITY.clusterId(),
                LogFixture.IDENTITY.member(),
                tail.segment() + 1,
                tail.segment(),
                tail.nextLsn(),
                tail.last(),
                tail.lastChain(),
                SMALL.segmentBytes(),
                tail.start(),
                tail.hardState(),
                tail.suspension(),
                SegmentSecret.NONE,
                Optional.empty());
        FaultyDisk changed = disk.afterRestart();
        try (DiskFile file = changed.create(LogFiles.nameOf(tail.segment() + 1))) {
            file.preallocate(SMALL.segmentBytes());
            file.write(plain.encode(), 0);
        }
        Map<String, String> before = content(changed);
        assertThatThrownBy(() -> open(changed, sealed(SPRING)))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessage("The log segment " + LogFiles.nameOf(tail.segment() + 1) + " is not sealed, and "
                        + LogFiles.nameOf(tail.segment())
                        + " before it is: this member did not write it. Replace the member.");
        assertThat(content(changed)).isEqualTo(before);
        try (LogFixture fixture = open(disk, sealed(SPRING))) {
            assertThat(fixture.payloads()).isEqualTo(written);
        }
    }

    @Test
    void anotherMasterKeyWrapsAllSegmentsAnewAndTheOldOneIsNotNeededAnyMore() throws IOException {
        List<String> written = write(sealed(SPRING), 20);
        try (LogFixture fixture = open(disk, sealed(SUMMER, SPRING))) {
            assertThat(fixture.payloads()).isEqualTo(written);
            assertThat(fixture.recovered.files().sealing().byKey()).containsOnlyKeys("summer");
            assertThat(LogScrub.of(fixture.recovered.files(), read -> {})).isEmpty();
            fixture.append(3, "later");
            fixture.settle();
        }
        assertThat(String.join("", content(disk).values())).doesNotContain("spring");
        try (LogFixture fixture = open(disk, sealed(SUMMER))) {
            assertThat(fixture.payloads())
                    .hasSize(21)
                    .startsWith(written.toArray(new String[0]))
                    .endsWith("later");
        }
    }

    @Test
    void aPowerFailureAmidTheWrappingLeavesALogThatBothKeysOpen() throws IOException {
        List<String> written = write(sealed(SPRING), 20);
        FaultyDisk whole = disk.afterRestart();
        long before = whole.operations();
        open(whole, sealed(SUMMER, SPRING)).close();
        long operations = whole.operations() - before;
        assertThat(operations).isGreaterThan(10);
        for (long at = 1; at < operations; at++) {
            FaultyDisk dying = disk.afterRestart();
            dying.dieAfter(at);
            try (LogFixture fixture = open(dying, sealed(SUMMER, SPRING))) {
                assertThat(fixture.payloads()).isEqualTo(written);
            } catch (FaultyDisk.ProcessDied e) {
                assertThat(at).isLessThan(operations);
            }
            FaultyDisk left = dying.afterPowerLoss(new Random(at));
            try (LogFixture fixture = open(left, sealed(SUMMER, SPRING))) {
                assertThat(fixture.payloads()).as("operation " + at).isEqualTo(written);
                assertThat(fixture.recovered.votingSuspended()).isFalse();
            }
            try (LogFixture fixture = open(left, sealed(SUMMER))) {
                assertThat(fixture.payloads()).as("operation " + at).isEqualTo(written);
            }
        }
    }

    @Test
    void aSealedFrameOfAnotherSegmentOrPlaceIsNotTaken() throws IOException {
        SegmentKey key = sealed(SPRING).keys().newKey().orElseThrow();
        ByteBuffer block = ByteBuffer.allocate(200);
        SealedBlock.write(key.key().sealer(), ByteBuffer.wrap("items".getBytes(UTF_8)), 0, 7, block);
        block.flip();
        ByteBuffer items = ByteBuffer.allocate(100);
        SealedBlock.open(block.duplicate(), key.key().opener(), items);
        assertThat(items.position()).isEqualTo(5);

        SealedBlock.requirePlace(block.duplicate(), 0, 7);
        assertThatThrownBy(() -> SealedBlock.requirePlace(block.duplicate(), 1, 7))
                .as("moved within its frame")
                .isInstanceOf(CorruptFrameException.class);
        assertThatThrownBy(() -> SealedBlock.requirePlace(block.duplicate(), 0, 8))
                .as("moved as it is to another frame")
                .isInstanceOf(CorruptFrameException.class);

        SegmentKey other = sealed(SPRING).keys().newKey().orElseThrow();
        assertThatThrownBy(() -> SealedBlock.open(block.duplicate(), other.key().opener(), ByteBuffer.allocate(100)))
                .isInstanceOf(CorruptFrameException.class);
        // Made to look like the block of another frame, with a checksum that is right.
        block.putLong(16, 8).putInt(4, (int) FrameChecksum.of(block, 8, block.limit()));
        assertThatThrownBy(() -> SealedBlock.open(block.duplicate(), key.key().opener(), ByteBuffer.allocate(100)))
                .isInstanceOf(CorruptFrameException.class)
                .hasMessageContaining("changed");
    }
}
