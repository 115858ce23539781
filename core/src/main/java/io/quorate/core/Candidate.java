package io.quorate.core;

/** Has raised its term, has voted for itself, and collects votes (paper section 5.2). */
record Candidate(Ballots ballots) implements Role {

    @Override
    public RoleName name() {
        return RoleName.CANDIDATE;
    }
}
