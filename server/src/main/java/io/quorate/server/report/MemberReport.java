package io.quorate.server.report;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What one member knows at one moment: of itself, of its part in the cluster, and of its links to the others. Immutable.
 *
 * <p>As JSON ({@link ReportJson}) each component is a field of the same name in lower case with underscores; what is empty is left out.
 * Ids are unsigned and in hexadecimal.
 *
 * @param zone what the member may fail together with, if it was told
 * @param version of the API that it serves, as {@code quorate status} tells it
 * @param release of Quorate that it runs; empty if a release before this one tells
 * @param timeMillis its clock, in milliseconds since 1970
 * @param role leader, follower, pre-candidate or candidate
 * @param leaderId who leads, as far as it knows
 * @param syncedIndex the last index that is durable in its log
 * @param snapshotIndex the last index that its newest snapshot covers; 0 if there is none
 * @param votingSuspended its log was damaged, and it does not vote before that is mended
 * @param stateMissing it has no state, and waits for a snapshot
 * @param fenced clients are kept away, since its state was found to differ
 * @param serving whether clients are served at all
 * @param stopped why its node has stopped, if it has
 * @param logDiverged where its log was found to differ from the leader's, if that has stopped it
 * @param alarms that are raised, of whichever member, as far as it has applied the log
 * @param outgoingVoters those of the old configuration while the configuration is joint
 * @param witnesses those of all members that hold no data
 * @param removed how many former members are remembered
 * @param members what is known of all members
 * @param followers how it sees the others; empty unless it leads
 * @param disk of its data; empty if it keeps none, or cannot tell in time
 * @param missingEntries what its damaged log lacks, if it does
 * @param snapshotTransfers the snapshots that it sends to others
 * @param score how far it is from failing, if it tells
 * @param waitsFor what it waits for before it takes part at all, if it does: it came without data
 * @param tls how its certificates are, and what was refused for certificates, if it speaks TLS
 * @param exposure who may connect with it; empty if a release before this one tells, or its disk does not answer in time
 * @param atRest how much of what it has on its disk is sealed with which key; empty if a release before this one tells
 * @param detected what it has noticed of attacks; empty if a release before this one tells
 */
public record MemberReport(
        String memberId,
        String name,
        Optional<String> zone,
        String version,
        Optional<String> release,
        String clusterId,
        long timeMillis,
        String role,
        long term,
        Optional<String> leaderId,
        long lastIndex,
        long syncedIndex,
        long commitIndex,
        long appliedIndex,
        long snapshotIndex,
        boolean votingSuspended,
        boolean stateMissing,
        boolean fenced,
        boolean serving,
        Optional<String> stopped,
        Optional<LogDivergence> logDiverged,
        long electionTimeoutMillis,
        List<Alarm> alarms,
        List<String> voters,
        List<String> outgoingVoters,
        List<String> learners,
        List<String> witnesses,
        int removed,
        List<Known> members,
        List<Follower> followers,
        Verification verification,
        Optional<Disk> disk,
        Sync sync,
        Optional<Gc> gc,
        List<Link> links,
        Optional<MissingEntries> missingEntries,
        List<SnapshotTransfer> snapshotTransfers,
        Optional<Score> score,
        Optional<String> waitsFor,
        Optional<Tls> tls,
        Optional<Exposure> exposure,
        List<Sealed> atRest,
        Optional<Detected> detected) {

    public static final String LEADER = "leader";
    public static final String CANDIDATE = "candidate";
    public static final String PRE_CANDIDATE = "pre-candidate";

    public MemberReport {
        Objects.requireNonNull(memberId);
        Objects.requireNonNull(name);
        Objects.requireNonNull(role);
        Objects.requireNonNull(verification);
        Objects.requireNonNull(sync);
        // A field that JSON leaves out.
        zone = Objects.requireNonNullElse(zone, Optional.empty());
        release = Objects.requireNonNullElse(release, Optional.empty());
        leaderId = Objects.requireNonNullElse(leaderId, Optional.empty());
        stopped = Objects.requireNonNullElse(stopped, Optional.empty());
        logDiverged = Objects.requireNonNullElse(logDiverged, Optional.empty());
        disk = Objects.requireNonNullElse(disk, Optional.empty());
        gc = Objects.requireNonNullElse(gc, Optional.empty());
        missingEntries = Objects.requireNonNullElse(missingEntries, Optional.empty());
        score = Objects.requireNonNullElse(score, Optional.empty());
        waitsFor = Objects.requireNonNullElse(waitsFor, Optional.empty());
        tls = Objects.requireNonNullElse(tls, Optional.empty());
        exposure = Objects.requireNonNullElse(exposure, Optional.empty());
        // Earlier releases do not tell it.
        atRest = List.copyOf(Objects.requireNonNullElse(atRest, List.of()));
        detected = Objects.requireNonNullElse(detected, Optional.empty());
        alarms = List.copyOf(alarms);
        voters = List.copyOf(voters);
        outgoingVoters = List.copyOf(outgoingVoters);
        learners = List.copyOf(learners);
        // Earlier releases do not tell them, since they have none.
        witnesses = List.copyOf(Objects.requireNonNullElse(witnesses, List.of()));
        members = List.copyOf(members);
        followers = List.copyOf(followers);
        links = List.copyOf(links);
        snapshotTransfers = List.copyOf(snapshotTransfers);
    }

    /** What people call the release that it runs. */
    public String releaseName() {
        return release.orElse("of an earlier release");
    }

    public boolean leads() {
        return role.equals(LEADER);
    }

    /** Whether it holds no data itself. */
    public boolean isWitness() {
        return witnesses.contains(memberId);
    }

    public boolean isJoint() {
        return !outgoingVoters.isEmpty();
    }

    /** Its link to another member. */
    public Optional<Link> link(String member) {
        return links.stream().filter(link -> link.memberId().equals(member)).findFirst();
    }

    /** How it sees another member, if it leads. */
    public Optional<Follower> follower(String member) {
        return followers.stream()
                .filter(follower -> follower.memberId().equals(member))
                .findFirst();
    }

    /** An alarm, by its name in etcd's API; {@code memberId} is 0 if it concerns no member. */
    public record Alarm(String type, String memberId) {}

    /**
     * A member, as the log has told of it.
     *
     * @param name empty if it has never started
     * @param zone if it has told one
     * @param priority by which it is to lead rather than others, 0 if never; empty if a release before this one tells
     */
    public record Known(
            String memberId,
            String name,
            Optional<String> zone,
            List<String> peerUrls,
            List<String> clientUrls,
            Optional<Integer> priority) {

        public Known {
            zone = Objects.requireNonNullElse(zone, Optional.empty());
            priority = Objects.requireNonNullElse(priority, Optional.empty());
            peerUrls = List.copyOf(peerUrls);
            clientUrls = List.copyOf(clientUrls);
        }

        /** How people call it. */
        public String called() {
            return name.isEmpty() ? memberId : name;
        }
    }

    /**
     * A member, as the leader sees it.
     *
     * @param state probe, replicate or snapshot
     * @param active whether it was heard of within an election timeout
     */
    public record Follower(
            String memberId, String state, long matchIndex, long nextIndex, boolean active, long silentMillis) {

        /** The state of one that is sent a snapshot. */
        public static final String SNAPSHOT = "snapshot";
    }

    /**
     * Where two logs name the same entry and differ at it, or before.
     *
     * @param term of that entry
     * @param index of that entry
     * @param ownHash the running hash of this member's log there, in hexadecimal
     * @param leadersHash the one of the leader's log there
     */
    public record LogDivergence(long term, long index, String ownHash, String leadersHash) {}

    /**
     * The latest comparison of the members' states.
     *
     * @param index where they were compared; 0 if they never were
     * @param complete whether all have reported
     * @param agreed those whose states are equal
     * @param differing those that are held to differ
     * @param divergences where each of those differs
     */
    public record Verification(
            long index, boolean complete, List<String> agreed, List<String> differing, List<Divergence> divergences) {

        public Verification {
            agreed = List.copyOf(agreed);
            differing = List.copyOf(differing);
            // Earlier releases do not tell them.
            divergences = List.copyOf(Objects.requireNonNullElse(divergences, List.of()));
        }
    }

    /**
     * Where a member's state differs from what it should be.
     *
     * @param index of the log, at which it differed last
     * @param buckets of the digest, over which keys are spread by their hash
     */
    public record Divergence(String memberId, long index, List<Integer> buckets) {

        public Divergence {
            buckets = List.copyOf(buckets);
        }
    }

    /**
     * How far a member is from failing.
     *
     * @param value 0 healthy to 1 failing: the worst of its parts
     * @param ailing whether that has been so bad for so long that the member should not lead
     * @param restingMillis how long it is not handed the leadership yet, since it has given way
     */
    public record Score(double value, boolean ailing, long restingMillis, List<ScoredPart> parts) {

        public Score {
            parts = List.copyOf(parts);
        }
    }

    /**
     * One part of a score.
     *
     * @param part its name
     * @param micros what was measured
     * @param fineMicros up to this the part's score is 0
     * @param failingMicros from this on it is 1
     */
    public record ScoredPart(String part, double score, long micros, long fineMicros, long failingMicros) {}

    /**
     * How a member's certificates are.
     *
     * @param certificates its own, and the CAs that it trusts
     * @param refused the latest connections that were refused by either side, oldest first
     * @param revocations lists of revoked certificates that say when they are due anew; none if an earlier release tells
     */
    public record Tls(
            List<Certificate> certificates, List<RefusedConnection> refused, List<RevocationList> revocations) {

        public Tls {
            certificates = List.copyOf(certificates);
            refused = List.copyOf(refused);
            revocations = List.copyOf(Objects.requireNonNullElse(revocations, List.of()));
        }

        public Tls(List<Certificate> certificates, List<RefusedConnection> refused) {
            this(certificates, refused, List.of());
        }
    }

    /**
     * A list of revoked certificates in use.
     *
     * @param role where it is used, as a part of sentences
     * @param nextMillis when it is due anew, in milliseconds since 1970
     */
    public record RevocationList(String role, String issuer, long nextMillis) {}

    /**
     * A certificate in use.
     *
     * @param role where it is used, as a part of sentences
     * @param endMillis until when it is valid, in milliseconds since 1970
     * @param refusedFiles why its files as they are now are not used, if they are not
     */
    public record Certificate(String role, String subject, long endMillis, Optional<String> refusedFiles) {

        public Certificate {
            refusedFiles = Objects.requireNonNullElse(refusedFiles, Optional.empty());
        }
    }

    /**
     * A TLS connection that did not come about.
     *
     * @param other the other side, as far as it is known
     * @param by which side of this member met it
     * @param ofMember whether the other side is, or would be, a member
     * @param why a part of a sentence
     * @param timeMillis since 1970
     */
    public record RefusedConnection(String other, String by, boolean ofMember, String why, long timeMillis) {}

    /**
     * Files of one kind that are sealed with one master key, or are not sealed.
     *
     * @param what the kind
     * @param keyId the id of the master key; empty if they are not sealed
     */
    public record Sealed(String what, Optional<String> keyId, int files, long bytes) {

        public Sealed {
            keyId = Objects.requireNonNullElse(keyId, Optional.empty());
        }
    }

    public record Disk(long usableBytes, long totalBytes) {}

    /**
     * The syncs of the log in the last minute.
     *
     * @param pendingMillis how long one has taken that has not ended; 0 if none is under way
     */
    public record Sync(long count, long p50Micros, long p99Micros, long maxMicros, long pendingMillis) {}

    /** The pauses for collecting garbage in the last minute, of which there was one at least. */
    public record Gc(long count, long pauseP99Millis, long pauseMaxMillis) {}

    /**
     * The way to another member and back, in the last minute.
     *
     * @param connected whether the latest probe of which the outcome is known was answered
     * @param rttMicros round trips of those that were answered; empty if none was
     * @param sent probes of which the outcome is known
     * @param lost those that were not answered in time
     * @param outages how many times some were lost in a row
     */
    public record Link(String memberId, boolean connected, Optional<Rtt> rttMicros, int sent, int lost, int outages) {

        public Link {
            rttMicros = Objects.requireNonNullElse(rttMicros, Optional.empty());
        }

        /** Whether it is known to be down, and not only not known yet. */
        public boolean isDown() {
            return sent > 0 && !connected;
        }
    }

    public record Rtt(int count, long min, long p50, long p99) {}

    /**
     * What a damaged log lacks.
     *
     * @param endIndex the last entry that it had
     * @param damaged entries of which there is no intact copy here
     * @param wantedIndex the one that is asked for at present
     * @param lackedBy the members that have said not to have that one
     */
    public record MissingEntries(long endIndex, int damaged, long wantedIndex, List<String> lackedBy) {

        public MissingEntries {
            lackedBy = List.copyOf(lackedBy);
        }
    }

    public record SnapshotTransfer(String to, long snapshotIndex, long doneBytes, long totalBytes) {}
}
