package io.quorate.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Whatever happens in which order to a {@link ForgottenVote}, nothing is committed that its candidate lacks and leads without. */
class ForgottenVoteTest {

    private static final int RUNS = Integer.getInteger("forgotten.runs", 2_000);

    @Test
    void nothingIsCommittedByWhoeverHasForgottenAVoteThatStillCounts() {
        int elected = 0;
        for (long seed = 1; seed <= RUNS; seed++) {
            try {
                elected += new ForgottenVote(seed).run() ? 1 : 0;
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
        assertThat(elected).as("runs in which the forgotten vote elects").isGreaterThan(RUNS / 10);
    }
}
