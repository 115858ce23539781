package io.quorate.simulator.enumeration;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.simulator.enumeration.MatrixOutcome.How;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The corruption matrix: whatever copies of four committed entries are damaged, nobody goes on with anything wrong. */
class CorruptionMatrixTest {

    private static final int CASES_THAT_CAN_RECOVER = 7 * 7 * 7 * 7;
    private static final int FRAME_MAGIC = 0x514c4246;

    @Test
    void theCasesAreThoseOfThePaper() {
        assertThat(MatrixCase.COUNT).isEqualTo(4_096);
        assertThat(IntStream.range(0, MatrixCase.COUNT)
                        .filter(number -> new MatrixCase(number).canRecover())
                        .count())
                .isEqualTo(CASES_THAT_CAN_RECOVER)
                .isEqualTo(2_401);
        assertThat(new MatrixCase(0b0001_0011_0100)).hasToString("case 308 (1:..x. 2:xx.. 3:x...)");
    }

    @Test
    void allThatLeaveACopyOfEachEntryRecoverByThemselvesAndAllOthersWaitAndSaySo() throws IOException {
        CorruptionMatrix.Summary summary = CorruptionMatrix.ofSeed(1).run(Damage.BYTES, 0, 1, progress -> {});
        assertThat(summary.notRight()).isEmpty();
        assertThat(summary.recovered()).isEqualTo(CASES_THAT_CAN_RECOVER);
        assertThat(summary.waiting()).isEqualTo(MatrixCase.COUNT - CASES_THAT_CAN_RECOVER);
    }

    @Test
    void itMakesNoDifferenceHowTheBytesAreDamagedOrWhoLed() throws IOException {
        int number = 0;
        for (Damage damage : Damage.values()) {
            CorruptionMatrix matrix = CorruptionMatrix.ofSeed(2 + number);
            assertThat(matrix.run(damage, number, 41, progress -> {}).notRight())
                    .as("%s", damage)
                    .isEmpty();
            number++;
        }
    }

    /** What a log would do that takes all damage for a torn write. */
    private static void cutOff(byte[] file, int offset, int length) {
        int frame = offset;
        while (ByteBuffer.wrap(file).getInt(frame) != FRAME_MAGIC) {
            frame--;
        }
        Arrays.fill(file, frame, file.length, (byte) 0);
    }

    @Test
    void aLogThatCutsDamageOffSilentlyIsFoundOut() throws IOException {
        CorruptionMatrix matrix = CorruptionMatrix.ofSeed(1);
        int wrong = 0;
        for (int entry = 1; entry < MatrixCase.ENTRIES; entry++) {
            MatrixCase atTwoMembers = new MatrixCase(1 << entry | 1 << (MatrixCase.ENTRIES + entry));
            MatrixCase atAllMembers = new MatrixCase(atTwoMembers.number() | 1 << (2 * MatrixCase.ENTRIES + entry));
            wrong += matrix.run(atTwoMembers, CorruptionMatrixTest::cutOff).how() == How.WRONG ? 1 : 0;
            assertThat(matrix.run(atAllMembers, CorruptionMatrixTest::cutOff).how())
                    .as("%s", atAllMembers)
                    .isEqualTo(How.WRONG);
        }
        assertThat(wrong).as("depends on who is elected").isPositive();
    }
}
