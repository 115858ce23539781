package io.quorate.server.recover;

import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import io.quorate.server.recover.Fate.Kind;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * From which survivor to go on, and what becomes of everybody's entries then.
 *
 * <p>Raft's rule, the last term and then the last index, finds the one to go on from among a quorum: then it has all that was
 * committed (paper section 5.4.3). Among fewer it may not. A member can learn that entries are committed from a leader whose own
 * entries have not reached it, and then ends in an earlier term than one whose entries that leader has overwritten. So whoever
 * holds what is known to be committed comes first, and Raft's rule decides among these.
 *
 * @param best the survivor to go on from
 * @param certain up to where its entries are known to be committed
 * @param fates of all entries, those of the best one first
 * @param missing the members of whom nothing is at hand
 * @param quorumIsThere whether those at hand elect a leader if they are started: then nothing must be recovered
 * @param unseenLoss whether entries can have been committed that no survivor has
 * @param highestTerm that any survivor has seen
 */
public record RecoveryPlan(
        Survivor best,
        long certain,
        List<Fate> fates,
        SortedSet<MemberId> missing,
        boolean quorumIsThere,
        boolean unseenLoss,
        long highestTerm) {

    public RecoveryPlan {
        fates = List.copyOf(fates);
    }

    /**
     * Decides.
     *
     * @param survivors of one cluster, each of another member
     * @return empty if it is possible to go on from none of them
     * @throws IOException if a log cannot be read
     */
    public static Optional<RecoveryPlan> of(List<Survivor> survivors) throws IOException {
        Optional<Survivor> witness = survivors.stream()
                .filter(survivor -> survivor.standing().whole())
                .max(Comparator.comparingLong(Survivor::committedInLog));
        Optional<Survivor> best = best(survivors, witness);
        if (best.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(of(survivors, best.get(), held(best.get(), witness)));
    }

    private static RecoveryPlan of(List<Survivor> survivors, Survivor best, long certain) throws IOException {
        Weighing weighing = new Weighing(survivors, best, certain);
        SortedSet<MemberId> missing = new TreeSet<>(best.members().members());
        survivors.forEach(survivor -> missing.remove(survivor.id()));
        return new RecoveryPlan(
                best,
                certain,
                weighing.fates(),
                missing,
                weighing.isQuorum(weighing::isWhole),
                weighing.isQuorum(voter -> !weighing.isWhole(voter)),
                highestTerm(survivors));
    }

    private static long highestTerm(List<Survivor> survivors) {
        return survivors.stream()
                .mapToLong(survivor -> Math.max(
                        survivor.hardState().term(), survivor.log().last().term()))
                .max()
                .orElseThrow();
    }

    /** Whether it is a state that is gone on from, in place of a log. */
    public boolean byStateAlone() {
        return !best.log().knowsNames();
    }

    /**
     * Decides, where a state in place of a log that has lost something is to be gone on from rather than to lose what it has applied.
     *
     * @return as {@link #of(List)}
     */
    static Optional<RecoveryPlan> ofStatesToo(List<Survivor> survivors) throws IOException {
        Optional<RecoveryPlan> byLogs = of(survivors);
        long term = highestTerm(survivors);
        Optional<Survivor> farthest = survivors.stream()
                .flatMap(survivor -> survivor.byStateAlone(term).stream())
                .max(Comparator.comparingLong(
                                (Survivor survivor) -> survivor.log().last().index())
                        .thenComparing(survivor -> survivor.standing().doubt().isEmpty())
                        .thenComparing(Survivor::id, Comparator.reverseOrder()));
        boolean needed = farthest.isPresent()
                && byLogs.filter(plan -> plan.quorumIsThere()
                                || plan.best().log().last().index()
                                        >= farthest.get().log().last().index())
                        .isEmpty();
        return needed ? Optional.of(byState(survivors, farthest.get())) : byLogs;
    }

    /** From the state alone of one of them. */
    private static RecoveryPlan byState(List<Survivor> survivors, Survivor best) throws IOException {
        List<Survivor> others = survivors.stream()
                .map(survivor -> survivor.id().equals(best.id()) ? best : survivor)
                .toList();
        return of(others, best, best.log().last().index());
    }

    /** One that can be gone on from, and how much of what is known to be committed it holds. */
    private record Candidate(Survivor survivor, long held) {}

    private static Optional<Survivor> best(List<Survivor> survivors, Optional<Survivor> witness) throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (Survivor survivor : survivors) {
            if (survivor.standing().unfit().isEmpty()) {
                candidates.add(new Candidate(survivor, held(survivor, witness)));
            }
        }
        return candidates.stream()
                .max(Comparator.comparingLong(Candidate::held)
                        .thenComparingLong(
                                candidate -> candidate.survivor.log().last().term())
                        .thenComparingLong(
                                candidate -> candidate.survivor.log().last().index())
                        .thenComparing(candidate ->
                                candidate.survivor.standing().doubt().isEmpty())
                        .thenComparing(candidate -> candidate.survivor.members().isVoter(candidate.survivor.id()))
                        .thenComparingLong(
                                candidate -> candidate.survivor.standing().committed())
                        // Whoever is asked again must come to the same.
                        .thenComparing(candidate -> candidate.survivor.id(), Comparator.reverseOrder()))
                .map(Candidate::survivor);
    }

    /** Up to where a survivor holds the entries that the witness knows to be committed. */
    private static long held(Survivor survivor, Optional<Survivor> witness) throws IOException {
        if (witness.isEmpty()) {
            return survivor.committedInLog();
        }
        long committed = witness.get().committedInLog();
        return Math.min(
                committed, survivor.log().firstDifferenceFrom(witness.get().log()) - 1);
    }

    /** What becomes of the entries, given whom one goes on from. */
    private record Weighing(List<Survivor> survivors, Survivor best, long certain) {

        boolean isQuorum(Predicate<MemberId> voters) {
            return new Quorum(best.members()).isQuorum(voters);
        }

        boolean isWhole(MemberId voter) {
            return survivors.stream()
                    .anyMatch(survivor ->
                            survivor.id().equals(voter) && survivor.standing().whole());
        }

        List<Fate> fates() throws IOException {
            List<Fate> fates = new ArrayList<>();
            long last = best.log().last().index();
            if (certain > 0) {
                String why = best.log().knowsNames()
                        ? "they are known to be committed"
                        : "its store has applied them, and nothing is applied that is not committed";
                fates.add(new Fate(Kind.COMMITTED, best, 1, certain, why));
            }
            best.standing()
                    .unreadable()
                    .ifPresent(
                            end -> fates.add(
                                    new Fate(
                                            Kind.AT_RISK,
                                            best,
                                            last + 1,
                                            end,
                                            "its log has or had them, and has lost something, so that nothing tells whether they were committed")));
            if (last > certain) {
                fates.add(new Fate(
                        Kind.KEPT,
                        best,
                        certain + 1,
                        last,
                        "no survivor knows whether they were committed; they may have been, so they are kept"));
            }
            for (Survivor other : survivors) {
                if (!other.equals(best)) {
                    addFates(other, fates);
                }
            }
            return fates;
        }

        /** What another survivor has, or had, that the best one has not. */
        private void addFates(Survivor other, List<Fate> fates) throws IOException {
            long last = other.log().last().index();
            long first = other.log().firstDifferenceFrom(best.log());
            // What lies before its log was compacted there, and so was committed.
            long known =
                    Math.max(other.standing().committed(), other.log().base().index());
            if (first <= last && known >= first) {
                fates.add(lost(other, first, Math.min(known, last)));
                first = known + 1;
            }
            if (first <= last) {
                fates.add(givenUp(other, first, last));
            }
            long end = Math.max(last, best.log().last().index());
            if (known > end) {
                fates.add(lost(other, end + 1, known));
            }
            long proven = Math.max(end, known);
            other.standing().unreadable().stream()
                    .filter(unreadable -> unreadable > proven)
                    .forEach(unreadable -> fates.add(new Fate(
                            Kind.AT_RISK,
                            other,
                            proven + 1,
                            unreadable,
                            "its log had them and is damaged, so that nothing tells what they were, or whether they were"
                                    + " committed")));
        }

        private Fate lost(Survivor other, long first, long last) {
            String why = other.standing().unfit().map(unfit -> "; " + unfit).orElse("");
            return new Fate(
                    Kind.LOST, other, first, last, "it knows them to be committed, and cannot be gone on from" + why);
        }

        private Fate givenUp(Survivor other, long first, long last) throws IOException {
            if (first <= certain) {
                return new Fate(
                        Kind.NEVER_COMMITTED,
                        other,
                        first,
                        last,
                        "what was committed as entry " + first + " is "
                                + best.log().idAt(first) + ", and this is "
                                + other.log().idAt(first));
            }
            return mayHaveBeenCommitted(other, first)
                    ? new Fate(
                            Kind.AT_RISK,
                            other,
                            first,
                            last,
                            "they are not in the log of " + best.name()
                                    + ", and members of whom nothing is at hand may have committed them")
                    : new Fate(
                            Kind.NEVER_COMMITTED,
                            other,
                            first,
                            last,
                            "those that may have them are too few to have committed them");
        }

        /**
         * Whether a quorum can have acknowledged an entry, or one behind it. A survivor that ends in a later term and lacks
         * the entry proves that no leader up to that term has committed it: that term's leader would have had it (paper
         * section 5.4.3, Leader Completeness). A still later leader may have, by entries of its own term.
         */
        private boolean mayHaveBeenCommitted(Survivor owner, long index) throws IOException {
            long disproved = owner.log().idAt(index).term();
            for (Survivor survivor : survivors) {
                boolean known = survivor.standing().whole()
                        && index >= survivor.log().base().index();
                if (known && !owner.log().agreesWith(survivor.log(), index)) {
                    disproved = Math.max(disproved, survivor.log().last().term());
                }
            }
            boolean byLaterLeaderOnly = disproved > owner.log().idAt(index).term();
            SortedSet<MemberId> without = new TreeSet<>();
            for (Survivor survivor : survivors) {
                boolean acknowledged = owner.log().agreesWith(survivor.log(), index)
                        && (!byLaterLeaderOnly || survivor.log().last().term() > disproved);
                if (survivor.standing().whole() && !acknowledged) {
                    without.add(survivor.id());
                }
            }
            return isQuorum(voter -> !without.contains(voter));
        }
    }
}
