package io.quorate.simulator.workload;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import io.quorate.kv.Bytes;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Result;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What members may answer from what they have, and what they may not. */
class SerializableReadsCanFailTest {

    private static final MemberId FIRST = new MemberId(1);
    private static final MemberId SECOND = new MemberId(2);

    private final SerializableReads reads = new SerializableReads();

    private static Result.RangeResult at(long revision, String value) {
        KeyValue held = new KeyValue(Bytes.utf8("x"), 2, 2, 1, Bytes.utf8(value), 0);
        return new Result.RangeResult(revision, List.of(held), false, 1);
    }

    private void assertViolated(String how) {
        assertThatThrownBy(reads::judge)
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("serializable reads")
                .hasMessageContaining(how);
    }

    @Test
    void oneMemberMayBeBehindAnother() {
        reads.answered(FIRST, 1, "x", at(7, "new"));
        reads.answered(SECOND, 1, "x", at(5, "old"));
        reads.answered(FIRST, 1, "x", at(7, "new"));
        reads.answered(SECOND, 1, "x", at(7, "new"));
        reads.judge();
    }

    @Test
    void oneLifeOfAMemberDoesNotGoBack() {
        reads.answered(FIRST, 1, "x", at(7, "new"));
        reads.answered(FIRST, 1, "y", at(6, "old"));
        assertViolated("member 1 answers at revision 6, after it had at 7");
    }

    /** It applies once more what it had not made durable. */
    @Test
    void theNextLifeMayBeginFurtherBack() {
        reads.answered(FIRST, 1, "x", at(7, "new"));
        reads.answered(FIRST, 2, "x", at(5, "old"));
        reads.judge();
        reads.answered(FIRST, 2, "x", at(4, "older"));
        assertViolated("member 1 answers at revision 4, after it had at 5");
    }

    @Test
    void atOneRevisionAllMembersShowTheSame() {
        reads.answered(FIRST, 1, "x", at(7, "one"));
        reads.answered(SECOND, 1, "y", at(7, "another"));
        reads.judge();
        reads.answered(SECOND, 1, "x", at(7, "another"));
        assertViolated("at revision 7 member 2 shows");
    }

    @Test
    void atOneRevisionAKeyIsThereOrNot() {
        reads.answered(FIRST, 1, "x", at(7, "one"));
        reads.answered(FIRST, 2, "x", new Result.RangeResult(7, List.of(), false, 0));
        assertViolated("at revision 7 member 1 shows []");
    }
}
