package io.quorate.engine.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RaftLogTest {

    private static final Configuration OTHER_MEMBERS = Configuration.of(Set.of(new MemberId(7)));

    @Test
    void anEmptyLogBeginsBehindItsBootstrapConfiguration() throws IOException {
        try (LogFixture fixture = new LogFixture(new FaultyDisk())) {
            assertThat(fixture.log.firstIndex()).isEqualTo(1);
            assertThat(fixture.log.lastId()).isEqualTo(EntryId.ORIGIN);
            assertThat(fixture.log.start()).isEqualTo(LogFixture.BOOTSTRAP);
            assertThat(fixture.log.names().isEmpty()).isTrue();
            assertThat(fixture.log.takePending()).isEmpty();
        }
    }

    @Test
    void entriesHardStateAndConfigurationsAreThereAfterARestart() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        HardState voted = new HardState(3, Optional.of(new MemberId(0xb)), 2);
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "one");
            fixture.append(3, EntryKind.CONFIGURATION, ConfigurationCodec.encode(OTHER_MEMBERS));
            fixture.append(3, "three");
            fixture.log.saveHardState(voted);
            fixture.flush();
            assertThat(fixture.durable).contains(new EntryId(3, 3));
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.report()).isEmpty();
            assertThat(fixture.recovered.hardState()).isEqualTo(voted);
            assertThat(fixture.log.names().terms()).containsExactly(new TermRun(1, 1), new TermRun(3, 3));
            assertThat(fixture.log.names().configurations())
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.configuration()).isEqualTo(OTHER_MEMBERS));
            assertThat(fixture.log.snapshotMetaAt(3)).isEqualTo(new SnapshotMeta(new EntryId(3, 3), OTHER_MEMBERS, 2));
            assertThat(fixture.log.snapshotMetaAt(1))
                    .isEqualTo(new SnapshotMeta(new EntryId(1, 1), LogFixture.MEMBERS, 0));
            assertThat(fixture.log.get(3).continues(fixture.log.chainHashAt(2).orElseThrow()))
                    .isTrue();
        }
    }

    @Test
    void anEntryThatDoesNotFollowIsRefused() throws IOException {
        try (LogFixture fixture = new LogFixture(new FaultyDisk())) {
            EntryFrame first = fixture.append(2, "one");
            assertThatThrownBy(() -> fixture.log.append(first)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> fixture.append(1, "older")).hasMessageContaining("does not follow");
            EntryFrame otherHistory =
                    EntryFrame.encode(0, new EntryId(2, 2), EntryKind.COMMAND, 42, java.nio.ByteBuffer.allocate(0));
            assertThat(fixture.log.isContinuedBy(otherHistory)).isFalse();
            assertThatThrownBy(() -> fixture.log.append(otherHistory)).hasMessageContaining("chain hash");
        }
    }

    @Test
    void sizesAreThoseOfTheFramesAlsoBehindATruncationAndACompaction() throws IOException {
        try (LogFixture fixture = new LogFixture(new FaultyDisk())) {
            for (int i = 1; i <= 3000; i++) {
                fixture.append(1, "x".repeat(i % 7));
            }
            fixture.log.truncateFrom(2900);
            fixture.log.compactTo(1500);
            long bytes = 0;
            for (EntryFrame entry : fixture.log.read(1600, 2700)) {
                bytes += entry.size();
            }
            assertThat(fixture.log.bytes(1600, 2700)).isEqualTo(bytes);
            assertThat(fixture.log.lastIndexWithin(1600, 2899, bytes)).isEqualTo(2700);
            assertThat(fixture.log.lastIndexWithin(1600, 2899, bytes - 1)).isEqualTo(2699);
            assertThat(fixture.log.lastIndexWithin(1600, 2899, 1)).isEqualTo(1600);
            assertThat(fixture.log.names().firstIndex()).isEqualTo(1501);
            assertThat(fixture.log.names().lastIndex()).isEqualTo(2899);
        }
    }

    @Test
    void oldEntriesLeaveTheMemoryWhenDurableAndAppliedAndAreReadFromTheSegments() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int i = 1; i <= 200; i++) {
                fixture.append(1, "entry " + i + " ".repeat(100));
                fixture.flush();
            }
            EntryFrame before = fixture.log.get(5);
            fixture.log.applied(200);
            EntryFrame after = fixture.log.get(5);
            assertThat(after).isNotSameAs(before);
            assertThat(after.bytes()).isEqualTo(before.bytes());
            assertThat(fixture.payloads()).hasSize(200).element(199).asString().startsWith("entry 200");
        }
    }

    @Test
    void cornerCase14_aCompletionOfAnIndexThatWasTruncatedAndWrittenAgainDoesNotAcknowledgeTheNewEntry()
            throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.append(1, "kept");
            fixture.append(1, "old");
            fixture.submit();
            fixture.log.truncateFrom(2);
            fixture.append(2, "new");
            fixture.run();
            assertThat(fixture.synced)
                    .singleElement()
                    .satisfies(done -> assertThat(done.last()).isEqualTo(new EntryId(1, 2)));
            assertThat(fixture.durable).contains(new EntryId(1, 1));
            fixture.flush();
            assertThat(fixture.durable).contains(new EntryId(2, 2));
            fixture.log.applied(2);
            assertThat(fixture.payloads()).containsExactly("kept", "new");
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).containsExactly("kept", "new");
        }
    }

    @Test
    void cornerCase21_aSnapshotThatConflictsWithTheLogDiscardsTheWholeLog() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        SnapshotMeta snapshot = new SnapshotMeta(new EntryId(4, 2), OTHER_MEMBERS, 1);
        try (LogFixture fixture = new LogFixture(disk)) {
            for (int i = 0; i < 5; i++) {
                fixture.append(1, "conflicting");
            }
            fixture.flush();
            fixture.log.resetTo(snapshot, OptionalLong.of(99), false);
            fixture.log.saveHardState(new HardState(4, Optional.empty(), 2));
            assertThat(fixture.log.lastId()).isEqualTo(new EntryId(4, 2));
            fixture.flush();
            assertThat(fixture.durable).contains(new EntryId(4, 2));
            fixture.append(4, "behind");
            fixture.flush();
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.start()).isEqualTo(snapshot);
            assertThat(fixture.log.chainHashAt(2)).hasValue(99);
            assertThat(fixture.payloads()).containsExactly("behind");
            assertThat(fixture.recovered.hardState().term()).isEqualTo(4);
        }
    }

    @Test
    void aSnapshotThatMatchesTheLogKeepsWhatFollows() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            for (String payload : List.of("1", "2", "3", "4")) {
                fixture.append(1, payload);
            }
            fixture.flush();
            fixture.log.resetTo(fixture.log.snapshotMetaAt(2), OptionalLong.empty(), true);
            fixture.flush();
            assertThat(fixture.payloads()).containsExactly("3", "4");
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.payloads()).containsExactly("3", "4");
            assertThat(fixture.log.chainHashAt(2)).isPresent();
        }
    }

    @Test
    void nothingIsReportedDurableBeforeTheResetItBelongsToIs() throws IOException {
        try (LogFixture fixture = new LogFixture(new FaultyDisk())) {
            fixture.append(1, "1");
            fixture.submit();
            fixture.log.resetTo(new SnapshotMeta(new EntryId(2, 9), OTHER_MEMBERS, 3), OptionalLong.empty(), false);
            fixture.run();
            assertThat(fixture.durable).isEmpty();
            fixture.flush();
            assertThat(fixture.durable).contains(new EntryId(2, 9));
        }
    }

    @Test
    void suspendedVotingIsRememberedUntilItIsResumed() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.suspendVoting(Suspension.PROMISES_LOST);
            fixture.flush();
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.suspension()).isEqualTo(Suspension.PROMISES_LOST);
            fixture.log.resumeVoting();
            fixture.flush();
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.votingSuspended()).isFalse();
        }
    }

    /** The segments before the present one, and what they say, may be gone. */
    @ParameterizedTest
    @EnumSource(Suspension.class)
    void whatWasLostIsRememberedInTheNextSegmentToo(Suspension lost) throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.suspendVoting(lost);
            for (int i = 0; i < 20; i++) {
                fixture.append(1, "-".repeat(1_000));
                fixture.settle();
            }
            fixture.log.applied(19);
            fixture.log.compactTo(19);
            fixture.settle();
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.start().last().index()).isEqualTo(19);
            assertThat(fixture.recovered.suspension()).isEqualTo(lost);
        }
    }

    @Test
    void theLesserLossDoesNotHideTheGreaterOne() throws IOException {
        FaultyDisk disk = new FaultyDisk();
        try (LogFixture fixture = new LogFixture(disk)) {
            fixture.log.suspendVoting(Suspension.PROMISES_LOST);
            fixture.log.suspendVoting(Suspension.ENTRIES_LOST);
            fixture.flush();
        }
        try (LogFixture fixture = new LogFixture(disk)) {
            assertThat(fixture.recovered.suspension()).isEqualTo(Suspension.PROMISES_LOST);
        }
    }
}
