package io.quorate.core;

/** The roles of paper figure 4, and the pre-candidate of thesis 9.6. A learner is a follower that does not vote. */
public enum RoleName {
    FOLLOWER,
    PRE_CANDIDATE,
    CANDIDATE,
    LEADER
}
