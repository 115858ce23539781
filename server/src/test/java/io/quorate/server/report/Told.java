package io.quorate.server.report;

import io.quorate.server.report.ClusterReports.Asked;
import io.quorate.server.report.ClusterReports.Clock;
import io.quorate.server.report.Exposure.Listener;
import io.quorate.server.report.MemberReport.Alarm;
import io.quorate.server.report.MemberReport.Disk;
import io.quorate.server.report.MemberReport.Follower;
import io.quorate.server.report.MemberReport.Gc;
import io.quorate.server.report.MemberReport.Known;
import io.quorate.server.report.MemberReport.Link;
import io.quorate.server.report.MemberReport.LogDivergence;
import io.quorate.server.report.MemberReport.MissingEntries;
import io.quorate.server.report.MemberReport.Rtt;
import io.quorate.server.report.MemberReport.Score;
import io.quorate.server.report.MemberReport.SnapshotTransfer;
import io.quorate.server.report.MemberReport.Sync;
import io.quorate.server.report.MemberReport.Verification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A cluster as its members tell of it, for tests: three voters a, b and c of which a leads and all is well, until a test has one of
 * them tell something else, or nothing.
 */
final class Told {

    /** What one member tells; fields that a test does not touch say that all is well. */
    static final class Draft {
        final String id;
        Optional<String> zone = Optional.empty();
        Optional<String> release = Optional.of("1.0.0");
        String clusterId = "c1";
        String role = "follower";
        long term = 5;
        Optional<String> leaderId = Optional.of("a");
        long lastIndex = 10_000;
        long commitIndex = 10_000;
        long appliedIndex = 10_000;
        boolean votingSuspended;
        boolean stateMissing;
        boolean fenced;
        boolean serving = true;
        Optional<String> stopped = Optional.empty();
        Optional<LogDivergence> logDiverged = Optional.empty();
        List<Alarm> alarms = List.of();
        List<String> voters = List.of("a", "b", "c");
        List<String> outgoing = List.of();
        List<String> learners = List.of();
        List<String> witnesses = List.of();
        Verification verification = new Verification(9_990, true, List.of("a", "b", "c"), List.of(), List.of());
        Optional<Disk> disk = Optional.of(new Disk(80L << 30, 100L << 30));
        Sync sync = new Sync(100, 200, 900, 1_000, 0);
        Optional<Gc> gc = Optional.empty();
        Optional<MissingEntries> missing = Optional.empty();
        List<SnapshotTransfer> transfers = List.of();
        Map<String, Integer> priorities = Map.of();
        Optional<Score> score = Optional.empty();
        Optional<String> waitsFor = Optional.empty();
        Optional<MemberReport.Tls> tls = Optional.empty();
        Optional<Detected> detected = Optional.empty();
        Optional<Exposure> exposure = Optional.of(new Exposure(
                List.of(client("https://10.0.0.1:2379", true), member("https://10.0.0.1:2380", true)),
                true,
                false,
                "jwt RS256",
                false,
                List.of(),
                0,
                0));
        final Map<String, Follower> followers = new TreeMap<>();
        final Map<String, Link> links = new TreeMap<>();

        private Draft(String id) {
            this.id = id;
        }

        void link(String to, boolean connected, int lost, long p50, long p99) {
            links.put(to, new Link(to, connected, Optional.of(new Rtt(60 - lost, p50, p50, p99)), 60, lost, lost / 3));
        }

        void cutFrom(String other) {
            links.put(other, new Link(other, false, Optional.empty(), 10, 10, 1));
        }

        void sees(String follower, String state, long match, boolean active) {
            followers.put(follower, new Follower(follower, state, match, match + 1, active, active ? 0 : 7_000));
        }

        void exposed(UnaryOperator<Exposure> change) {
            exposure = exposure.map(change);
        }

        private MemberReport report() {
            List<Known> known = new ArrayList<>();
            List<String> all = new ArrayList<>(voters);
            all.addAll(learners);
            all.forEach(member -> known.add(new Known(
                    member,
                    "node-" + member,
                    Optional.empty(),
                    List.of(),
                    List.of("http://" + member + ":2379"),
                    Optional.of(priorities.getOrDefault(member, 1)))));
            return new MemberReport(
                    id,
                    "node-" + id,
                    zone,
                    "3.4.23",
                    release,
                    clusterId,
                    1_700_000_000_000L,
                    role,
                    term,
                    leaderId,
                    lastIndex,
                    lastIndex,
                    commitIndex,
                    appliedIndex,
                    0,
                    votingSuspended,
                    stateMissing,
                    fenced,
                    serving,
                    stopped,
                    logDiverged,
                    1_000,
                    alarms,
                    voters,
                    outgoing,
                    learners,
                    witnesses,
                    0,
                    known,
                    List.copyOf(followers.values()),
                    verification,
                    disk,
                    sync,
                    gc,
                    List.copyOf(links.values()),
                    missing,
                    transfers,
                    score,
                    waitsFor,
                    tls,
                    exposure,
                    List.of(),
                    detected);
        }
    }

    /** Where clients connect over TLS 1.3, from other machines too. */
    static Listener client(String url, boolean certified) {
        return new Listener(url, false, true, certified, Optional.of("TLS1.3"));
    }

    /** Where members do. */
    static Listener member(String url, boolean certified) {
        return new Listener(url, true, true, certified, Optional.of("TLS1.3"));
    }

    private final Map<String, Draft> drafts = new TreeMap<>();
    private final Map<String, String> silent = new TreeMap<>();
    private final Map<String, Long> ahead = new TreeMap<>();

    /** All is well. */
    static Told well() {
        Told told = new Told();
        for (String id : List.of("a", "b", "c")) {
            told.drafts.put(id, new Draft(id));
        }
        told.drafts
                .values()
                .forEach(one -> told.drafts.keySet().stream()
                        .filter(other -> !other.equals(one.id))
                        .forEach(other -> one.link(other, true, 0, 500, 1_500)));
        told.member("a", a -> {
            a.role = MemberReport.LEADER;
            a.sees("b", "replicate", 10_000, true);
            a.sees("c", "replicate", 10_000, true);
        });
        return told;
    }

    Told member(String id, Consumer<Draft> tells) {
        tells.accept(drafts.computeIfAbsent(id, Draft::new));
        return this;
    }

    Told all(Consumer<Draft> tell) {
        drafts.values().forEach(tell);
        return this;
    }

    /** Nobody leads: all are followers, and know of no leader. */
    Told leaderless() {
        return all(draft -> {
            draft.role = "follower";
            draft.leaderId = Optional.empty();
            draft.followers.clear();
        });
    }

    /** A member does not answer, and those that do do not reach it either. */
    Told down(String id) {
        silent(id, "it does not answer");
        return all(draft -> {
            draft.cutFrom(id);
            if (draft.role.equals(MemberReport.LEADER)) {
                draft.sees(id, "probe", 9_000, false);
            }
        });
    }

    /** A member tells nothing here. */
    Told silent(String id, String failure) {
        drafts.remove(id);
        silent.put(id, failure);
        return this;
    }

    Told cut(String one, String other) {
        member(one, draft -> draft.cutFrom(other));
        return member(other, draft -> draft.cutFrom(one));
    }

    Told clockAhead(String id, long millis) {
        ahead.put(id, millis);
        return this;
    }

    ClusterReports done() {
        List<Asked> all = new ArrayList<>();
        drafts.forEach((id, draft) -> all.add(Asked.told(draft.report(), new Clock(ahead.getOrDefault(id, 40L), 3))));
        silent.forEach((id, failure) -> all.add(Asked.silent(id, "node-" + id, false, failure)));
        return new ClusterReports(all);
    }
}
