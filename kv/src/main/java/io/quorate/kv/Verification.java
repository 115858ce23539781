package io.quorate.kv;

import static java.util.stream.Collectors.toCollection;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What is known of the members' digests: their reports for the latest {@link Verify}, and which members have diverged.
 * Immutable.
 *
 * <p>It is replicated: every member applies the same marks and reports in the same order, and so comes to the same verdict
 * at the same index. It is no part of the state that is compared.
 *
 * @param verifyIndex the log index of the latest {@link Verify}; 0: there was none
 * @param round the latest {@link Verify}
 * @param reports for that one alone, by member id; a member's latest counts
 * @param divergences by member id
 * @param doubted the voters whose reports differed at an earlier {@link Verify} that ended undecided, and have not been
 *     compared since: some of them were wrong then
 */
public record Verification(
        long verifyIndex,
        Verify round,
        SortedMap<Long, DigestReport> reports,
        SortedMap<Long, Divergence> divergences,
        SortedSet<Long> doubted) {

    /** Nothing was ever verified. */
    static final Verification NONE =
            new Verification(0, new Verify(List.of(), List.of()), new TreeMap<>(), new TreeMap<>(), new TreeSet<>());

    public Verification {
        reports = Collections.unmodifiableSortedMap(new TreeMap<>(reports));
        divergences = Collections.unmodifiableSortedMap(new TreeMap<>(divergences));
        doubted = Collections.unmodifiableSortedSet(new TreeSet<>(doubted));
    }

    /** Why a member must not be trusted, if it must not. */
    public Optional<Divergence> divergence(long memberId) {
        return Optional.ofNullable(divergences.get(memberId));
    }

    /** Whether all whom the latest {@link Verify} concerns have reported. */
    public boolean isComplete() {
        return reports.size() == round.voters().size() + round.learners().size();
    }

    /** What the reports for the latest {@link Verify} tell. */
    public Verdict verdict() {
        Optional<DigestReport> healthy = healthy();
        if (healthy.isPresent()) {
            return agreed(healthy.get());
        }
        int most = votes(round.voters()).values().stream().max(Integer::compare).orElse(0);
        long missing = round.voters().stream()
                .filter(voter -> !reports.containsKey(voter))
                .count();
        return most + missing < quorum() ? new Verdict.NoMajority() : new Verdict.Undecided();
    }

    /**
     * After a new {@link Verify}. If the one before it ended undecided, but with reports that differ, some of those who
     * reported were wrong, and nobody can tell who is right. What they reported is old by now: who was wrong may have been
     * repaired since, and a report that would decide may only have been late. If the same voters differ once more, they are
     * not waited for any longer.
     */
    Verification begun(long index, Verify verify) {
        SortedMap<Long, Divergence> kept = new TreeMap<>(divergences);
        if (verdict() instanceof Verdict.Undecided && votes(doubted).size() > 1) {
            kept.putAll(withoutMajority());
        }
        kept.keySet().removeIf(memberId -> !verify.concerns(memberId));
        return new Verification(index, verify, new TreeMap<>(), kept, stillDoubted());
    }

    /** Whom the reports for the latest {@link Verify} leave in doubt; who has not reported cannot have cleared it up. */
    private SortedSet<Long> stillDoubted() {
        if (!(verdict() instanceof Verdict.Undecided)) {
            return new TreeSet<>();
        }
        if (votes(round.voters()).size() > 1) {
            return round.voters().stream()
                    .filter(voter -> reports.containsKey(voter))
                    .collect(toCollection(TreeSet::new));
        }
        boolean agreeNow =
                doubted.stream().filter(voter -> reports.containsKey(voter)).count() > 1;
        return agreeNow ? new TreeSet<>() : doubted;
    }

    /** After a report; one for another than the latest {@link Verify}, or of a member that it does not concern, is ignored. */
    Verification reported(DigestReport report) {
        if (report.verifyIndex() != verifyIndex || !round.concerns(report.memberId())) {
            return this;
        }
        SortedMap<Long, DigestReport> more = new TreeMap<>(reports);
        more.put(report.memberId(), report);
        return new Verification(verifyIndex, round, more, divergences, doubted).judged();
    }

    private Verification judged() {
        SortedMap<Long, Divergence> judged = new TreeMap<>(divergences);
        switch (verdict()) {
            case Verdict.Undecided() -> {
                // What was found before goes on to hold.
            }
            case Verdict.NoMajority() -> judged.putAll(withoutMajority());
            case Verdict.Agreed ignored -> healthy().ifPresent(healthy -> judgeBy(healthy, judged));
        }
        return new Verification(verifyIndex, round, reports, judged, doubted);
    }

    private void judgeBy(DigestReport healthy, SortedMap<Long, Divergence> judged) {
        reports.forEach((memberId, report) -> {
            if (report.agreesWith(healthy)) {
                judged.remove(memberId);
            } else {
                List<Integer> buckets = StateDigest.differing(report.buckets(), healthy.buckets());
                judged.put(memberId, new Divergence(memberId, verifyIndex, buckets, true));
            }
        });
    }

    /** Everyone who has reported, with all buckets in which any two reports differ. */
    private Map<Long, Divergence> withoutMajority() {
        DigestReport some = reports.values().iterator().next();
        List<Integer> buckets = reports.values().stream()
                .flatMap(other -> StateDigest.differing(some.buckets(), other.buckets()).stream())
                .distinct()
                .sorted()
                .toList();
        Map<Long, Divergence> all = new HashMap<>();
        reports.keySet().forEach(id -> all.put(id, new Divergence(id, verifyIndex, buckets, false)));
        return all;
    }

    private Verdict.Agreed agreed(DigestReport healthy) {
        List<Long> equal = new ArrayList<>();
        List<Long> differing = new ArrayList<>();
        reports.forEach((memberId, report) -> (report.agreesWith(healthy) ? equal : differing).add(memberId));
        return new Verdict.Agreed(healthy.total(), equal, differing);
    }

    /** A report that a majority of the voters agrees with. */
    private Optional<DigestReport> healthy() {
        Map<DigestSum, Integer> votes = votes(round.voters());
        for (DigestReport report : reports.values()) {
            if (votes.getOrDefault(report.total(), 0) >= quorum()) {
                return Optional.of(report);
            }
        }
        return Optional.empty();
    }

    /** How many of some voters have reported which total. */
    private Map<DigestSum, Integer> votes(Collection<Long> voters) {
        Map<DigestSum, Integer> votes = new HashMap<>();
        for (long voter : voters) {
            DigestReport report = reports.get(voter);
            if (report != null) {
                votes.merge(report.total(), 1, Integer::sum);
            }
        }
        return votes;
    }

    private int quorum() {
        return round.voters().size() / 2 + 1;
    }
}
