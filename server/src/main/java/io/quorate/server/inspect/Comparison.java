package io.quorate.server.inspect;

import io.quorate.core.EntryId;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import io.quorate.engine.log.LogInspection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What several members' data directories say when they are laid side by side. For one thread. */
public final class Comparison {

    private final List<InspectedMember> members;
    private final List<Finding> findings = new ArrayList<>();

    private Comparison(List<InspectedMember> members) {
        this.members = members;
    }

    /**
     * Compares all that can be compared, and says what could not be.
     *
     * @param all members that are still open
     * @return notes on what agrees or was not compared, and damage where members contradict each other
     */
    public static List<Finding> of(List<InspectedMember> all) throws IOException {
        Comparison comparison = new Comparison(
                all.stream().filter(member -> member.identity().isPresent()).toList());
        if (comparison.members.size() > 1 && comparison.areOfOneCluster()) {
            comparison.compareLogs();
            comparison.compareStates();
        }
        comparison.findHolders();
        return List.copyOf(comparison.findings);
    }

    private boolean areOfOneCluster() {
        Map<String, List<String>> clusters = new TreeMap<>();
        Map<String, List<String>> ids = new TreeMap<>();
        for (InspectedMember member : members) {
            String cluster = Long.toHexString(member.identity().orElseThrow().clusterId());
            clusters.computeIfAbsent(cluster, key -> new ArrayList<>()).add(member.name());
            ids.computeIfAbsent(member.identity().orElseThrow().member().toString(), key -> new ArrayList<>())
                    .add(member.name());
        }
        if (clusters.size() > 1) {
            findings.add(Finding.damage(
                    "",
                    "these are not of one cluster, and were not compared: "
                            + clusters.entrySet().stream()
                                    .map(entry -> entry.getKey() + " in " + String.join(", ", entry.getValue()))
                                    .collect(Collectors.joining("; ")),
                    "name the directories of one cluster"));
            return false;
        }
        ids.forEach((id, names) -> {
            if (names.size() > 1) {
                findings.add(
                        Finding.damage(
                                "",
                                String.join(" and ", names) + " are both of member " + id,
                                "never start both: two that act as one member can each acknowledge what the other does not have"));
            }
        });
        return true;
    }

    private void compareLogs() throws IOException {
        List<InspectedMember> logged =
                members.stream().filter(member -> member.content().isPresent()).toList();
        for (int i = 0; i < logged.size(); i++) {
            for (int j = i + 1; j < logged.size(); j++) {
                compareLogs(logged.get(i), logged.get(j));
            }
        }
    }

    private void compareLogs(InspectedMember one, InspectedMember other) throws IOException {
        LogInspection.Content a = one.content().orElseThrow();
        LogInspection.Content b = other.content().orElseThrow();
        String both = one.name() + " and " + other.name();
        long first = Math.max(a.base().index(), b.base().index());
        long last = Math.min(a.last().index(), b.last().index());
        if (last < first) {
            findings.add(Finding.note(
                    "",
                    "the logs of " + both + " have no entry in common, and were not compared: they hold " + range(a)
                            + ", and " + range(b)));
            return;
        }
        if (agree(a, b, last)) {
            boolean whole =
                    a.chainHashAt(last).isPresent() && b.chainHashAt(last).isPresent();
            findings.add(Finding.note(
                    "",
                    "the logs of " + both + " agree up to entry " + a.idAt(last)
                            + (whole
                                    ? ", all that is before it included (hash " + hash(a, last) + ")"
                                    : " in its term")));
            return;
        }
        reportDifference(one, other, firstDifference(a, b, first, last));
    }

    private static String range(LogInspection.Content content) {
        return content.last().index() == content.base().index()
                ? "none behind " + content.base().index()
                : new EntryRange(content.base().index() + 1, content.last().index()).toString();
    }

    private static String hash(LogInspection.Content content, long index) throws IOException {
        return Long.toHexString(content.chainHashAt(index).orElseThrow());
    }

    /** Whether two logs agree at an entry and thus before it, since the hash is of all up to it. */
    private static boolean agree(LogInspection.Content a, LogInspection.Content b, long index) throws IOException {
        return a.idAt(index).equals(b.idAt(index))
                && (a.chainHashAt(index).isEmpty()
                        || b.chainHashAt(index).isEmpty()
                        || a.chainHashAt(index).equals(b.chainHashAt(index)));
    }

    /** The first entry at which they do not agree: once they differ, they differ up to the end. */
    private static long firstDifference(LogInspection.Content a, LogInspection.Content b, long first, long last)
            throws IOException {
        if (!agree(a, b, first)) {
            return first;
        }
        long same = first;
        long different = last;
        while (same + 1 < different) {
            long middle = (same + different) >>> 1;
            if (agree(a, b, middle)) {
                same = middle;
            } else {
                different = middle;
            }
        }
        return different;
    }

    private void reportDifference(InspectedMember one, InspectedMember other, long index) throws IOException {
        LogInspection.Content a = one.content().orElseThrow();
        LogInspection.Content b = other.content().orElseThrow();
        EntryId inOne = a.idAt(index);
        EntryId inOther = b.idAt(index);
        boolean bothCommitted =
                Math.min(a.hardState().commitIndex(), b.hardState().commitIndex()) >= index;
        boolean sameName = inOne.equals(inOther);
        String what = "the logs of " + one.name() + " and " + other.name() + " first differ at entry " + index + ": "
                + (sameName
                        ? "both call it " + inOne + ", and it or what is before it has another content"
                        : inOne + " in " + one.name() + ", " + inOther + " in " + other.name());
        if (!sameName && !bothCommitted) {
            findings.add(Finding.note(
                    "",
                    what
                            + "; not both know it as committed, so this is what a change of leaders leaves, and the next leader"
                            + " settles it"));
            return;
        }
        findings.add(Finding.damage("", what, majority(index))
                .concerning(new EntryRange(
                        index, Math.min(a.last().index(), b.last().index()))));
    }

    /** Who is right about an entry, as far as the directories at hand tell. */
    private String majority(long index) throws IOException {
        List<List<InspectedMember>> camps = new ArrayList<>();
        for (InspectedMember member : members) {
            if (holds(member, new EntryRange(index, index))) {
                LogInspection.Content content = member.content().orElseThrow();
                List<InspectedMember> camp = null;
                for (List<InspectedMember> candidate : camps) {
                    if (agree(candidate.getFirst().content().orElseThrow(), content, index)) {
                        camp = candidate;
                    }
                }
                if (camp == null) {
                    camp = new ArrayList<>();
                    camps.add(camp);
                }
                camp.add(member);
            }
        }
        return remedy(camps.stream().map(Comparison::names).toList());
    }

    private static List<String> names(List<InspectedMember> members) {
        return members.stream().map(InspectedMember::name).toList();
    }

    private String remedy(List<List<String>> camps) {
        List<String> largest = camps.stream()
                .max((one, another) -> Integer.compare(one.size(), another.size()))
                .orElse(List.of());
        if (largest.size() * 2 <= members.size()) {
            return "no majority of the directories at hand agrees, so it cannot be told which is right: keep copies of all,"
                    + " look at the other members' too, and know that choosing one loses what only the others acknowledged";
        }
        String others = camps.stream()
                .filter(camp -> !camp.equals(largest))
                .flatMap(List::stream)
                .collect(Collectors.joining(", "));
        return String.join(", ", largest) + " agree and are a majority of the directories at hand: move the data of "
                + others
                + " away and start it once with --replace-member, which loses nothing that the majority has";
    }

    private void compareStates() {
        Map<Long, List<Place>> byIndex = new TreeMap<>();
        for (InspectedMember member : members) {
            for (InspectedState state : member.states()) {
                byIndex.computeIfAbsent(state.appliedIndex(), index -> new ArrayList<>())
                        .add(new Place(member, state));
            }
        }
        byIndex.forEach((index, places) -> {
            if (places.size() > 1) {
                compareAt(index, places);
            }
        });
        compareHistories();
    }

    /** A state, and whose it is. */
    private record Place(InspectedMember member, InspectedState state) {
        @Override
        public String toString() {
            return member.name() + "/" + state.file();
        }
    }

    private void compareAt(long index, List<Place> places) {
        List<List<Place>> camps = new ArrayList<>();
        for (Place place : places) {
            camps.stream()
                    .filter(camp -> camp.getFirst().state.isSameAs(place.state))
                    .findFirst()
                    .orElseGet(() -> {
                        List<Place> camp = new ArrayList<>();
                        camps.add(camp);
                        return camp;
                    })
                    .add(place);
        }
        String said = camps.stream()
                .map(camp -> camp.stream().map(Place::toString).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("; against "));
        if (camps.size() == 1) {
            findings.add(Finding.note("", "the states at entry " + index + " are the same: " + said));
            return;
        }
        findings.add(Finding.damage(
                "",
                "the states at entry " + index + " differ: " + said,
                remedy(camps.stream()
                        .map(camp -> camp.stream()
                                .map(place -> place.member.name())
                                .distinct()
                                .toList())
                        .toList())));
    }

    /** Stores that stand at different entries have the history in common up to the revision of the one that is behind. */
    private void compareHistories() {
        List<InspectedMember> stored = members.stream()
                .filter(member -> member.storeState().isPresent())
                .toList();
        if (stored.size() < 2
                || stored.stream()
                                .map(member -> member.storeState().orElseThrow().appliedIndex())
                                .distinct()
                                .count()
                        == 1) {
            return;
        }
        List<InspectedState> states =
                stored.stream().map(member -> member.storeState().orElseThrow()).toList();
        long revision =
                states.stream().mapToLong(InspectedState::revision).min().orElseThrow();
        long compacted = states.stream()
                .mapToLong(InspectedState::compactedRevision)
                .max()
                .orElseThrow();
        String who = stored.stream()
                .map(member -> member.name() + " at "
                        + member.storeState().orElseThrow().appliedIndex())
                .collect(Collectors.joining(", "));
        if (compacted > revision) {
            findings.add(Finding.note(
                    "",
                    "the stores stand at different entries (" + who
                            + ") and have no revision in common: their content was"
                            + " not compared, only their logs"));
            return;
        }
        Map<String, List<String>> camps = new TreeMap<>();
        for (InspectedMember member : stored) {
            camps.computeIfAbsent(
                            Long.toHexString(member.historyChecksum(revision, compacted)), key -> new ArrayList<>())
                    .add(member.name());
        }
        if (camps.size() == 1) {
            findings.add(Finding.note(
                    "",
                    "the stores stand at different entries (" + who + "): their histories up to revision " + revision
                            + " are the same; what some have applied behind it was compared through the logs only"));
        } else {
            findings.add(Finding.damage(
                    "",
                    "the histories of the stores up to revision " + revision + " differ: "
                            + camps.values().stream()
                                    .map(camp -> String.join(", ", camp))
                                    .collect(Collectors.joining("; against ")),
                    remedy(List.copyOf(camps.values()))));
        }
    }

    private static boolean holds(InspectedMember member, EntryRange range) {
        return member.content()
                .filter(content ->
                        content.base().index() < range.first() && content.last().index() >= range.last())
                .isPresent();
    }

    /** For what one log has lost: which others still have it. */
    private void findHolders() {
        for (InspectedMember member : members) {
            member.findings().stream()
                    .filter(Finding::isDamage)
                    .flatMap(finding -> finding.entries().stream())
                    .filter(lost -> !holds(member, lost))
                    .distinct()
                    .forEach(lost ->
                            findings.add(Finding.note("", whoHas(member, lost)).concerning(lost)));
        }
    }

    private String whoHas(InspectedMember loser, EntryRange lost) {
        String what = "what " + loser.name() + " has lost (" + lost + ") is ";
        List<InspectedMember> others =
                members.stream().filter(member -> member != loser).toList();
        List<InspectedMember> logs = others.stream()
                .filter(other -> !other.isWitness() && holds(other, lost))
                .toList();
        if (!logs.isEmpty()) {
            return what + "whole in the log of " + String.join(", ", names(logs)) + ": nothing is lost";
        }
        List<InspectedMember> states = others.stream()
                .filter(other -> other.states().stream().anyMatch(state -> state.appliedIndex() >= lost.last()))
                .toList();
        return states.isEmpty()
                ? what + "in no other directory at hand: unless a member that was not looked at has it, it is lost"
                : what + "applied in a state of " + String.join(", ", names(states)) + ": nothing is lost";
    }
}
