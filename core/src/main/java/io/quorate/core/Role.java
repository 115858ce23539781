package io.quorate.core;

/** What a member is at present, with the data that it has only while it is that. */
sealed interface Role permits Follower, PreCandidate, Candidate, Leader {

    RoleName name();
}
