package io.quorate.core;

/** Asks whether it would be elected, before it disturbs anyone (thesis 9.6). Its term is still the old one. */
record PreCandidate(Ballots ballots) implements Role {

    @Override
    public RoleName name() {
        return RoleName.PRE_CANDIDATE;
    }
}
