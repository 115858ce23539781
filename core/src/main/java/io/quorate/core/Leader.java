package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Leads its term: takes proposals, replicates and commits them, confirms reads (paper section 5.3, 8). */
final class Leader implements Role {

    private final long firstIndex;

    /** By increasing id. They are few and looked up with every message, so a list is faster than any map. */
    private final List<FollowerProgress> followers = new ArrayList<>();

    private final Deque<ReadRound> readRounds = new ArrayDeque<>();
    private boolean termDurable;
    private int ticksSinceHeartbeat;
    private long uncommittedBytes;
    private long lastReadRound;
    private Optional<Message.AppendRequest> lastRequest = Optional.empty();
    private Configuration settled = Configuration.of(Set.of());

    /**
     * A leader that has sent nothing yet.
     *
     * @param firstIndex index of the empty entry with which the term begins
     * @param termDurable whether this member's own vote is known to be durable: it is when another's vote was needed,
     *     since vote requests leave after it; a lone voter knows it when its first entry is
     * @param uncommittedBytes what the entries of earlier terms, not yet known to be committed, take
     */
    Leader(long firstIndex, boolean termDurable, long uncommittedBytes) {
        this.firstIndex = firstIndex;
        this.termDurable = termDurable;
        this.uncommittedBytes = uncommittedBytes;
    }

    @Override
    public RoleName name() {
        return RoleName.LEADER;
    }

    long firstIndex() {
        return firstIndex;
    }

    /** Takes note of a follower that is none yet. */
    void add(FollowerProgress follower) {
        followers.add(follower);
        followers.sort(Comparator.comparing(FollowerProgress::member));
    }

    /** Whether this configuration is the one that was settled in last. Asked at every step of a leader. */
    @SuppressWarnings("ReferenceEquality") // The same object means that nothing has changed; an equal one does no harm.
    boolean isSettledIn(Configuration configuration) {
        return configuration == settled;
    }

    /**
     * The configuration is committed: forgets all followers but its members.
     *
     * @return those that are forgotten
     */
    List<FollowerProgress> settleIn(Configuration configuration) {
        settled = configuration;
        List<FollowerProgress> leaving = followers.stream()
                .filter(follower -> !configuration.isMember(follower.member()))
                .toList();
        followers.removeAll(leaving);
        return leaving;
    }

    /** By increasing id. */
    List<FollowerProgress> followers() {
        return followers;
    }

    Optional<FollowerProgress> follower(MemberId member) {
        for (FollowerProgress follower : followers) {
            if (follower.member().equals(member)) {
                return Optional.of(follower);
            }
        }
        return Optional.empty();
    }

    /** Up to where a member's log is known to equal this one; 0 if it is no follower. */
    long matchIndex(MemberId member) {
        for (FollowerProgress follower : followers) {
            if (follower.member().equals(member)) {
                return follower.matchIndex();
            }
        }
        return 0;
    }

    /** The latest round of ReadIndex that a member has confirmed; 0 if it is no follower. */
    long confirmedReadRound(MemberId member) {
        for (FollowerProgress follower : followers) {
            if (follower.member().equals(member)) {
                return follower.confirmedReadRound();
            }
        }
        return 0;
    }

    /**
     * Whether messages of this term may leave. Until the vote behind the term is durable, a crash could make this
     * member lead the same term a second time, with other entries.
     */
    boolean termDurable() {
        return termDurable;
    }

    void termIsDurable() {
        termDurable = true;
    }

    /** Returns whether heartbeats are due. */
    boolean tick(int heartbeatTicks) {
        ticksSinceHeartbeat++;
        if (ticksSinceHeartbeat < heartbeatTicks) {
            return false;
        }
        ticksSinceHeartbeat = 0;
        return true;
    }

    long uncommittedBytes() {
        return uncommittedBytes;
    }

    void proposed(long bytes) {
        uncommittedBytes += bytes;
    }

    void committed(long bytes) {
        uncommittedBytes = Math.max(0, uncommittedBytes - bytes);
    }

    /** The request sent last: followers that are equally far get the same one. A leader's log only grows. */
    Optional<Message.AppendRequest> lastRequest() {
        return lastRequest;
    }

    void lastRequest(Message.AppendRequest request) {
        lastRequest = Optional.of(request);
    }

    /** Rounds that wait for their confirmation, oldest first. */
    Deque<ReadRound> readRounds() {
        return readRounds;
    }

    /** The number of the latest round; 0 before the first. */
    long lastReadRound() {
        return lastReadRound;
    }

    long nextReadRound() {
        lastReadRound++;
        return lastReadRound;
    }
}
