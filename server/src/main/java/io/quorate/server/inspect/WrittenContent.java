package io.quorate.server.inspect;

import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.LogInspection;
import io.quorate.kv.ScrubReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether what one member's store and snapshots hold is what was written to them, though every checksum is right, and by which
 * repair it ends if it is not. For one thread.
 */
final class WrittenContent {

    private static final String FROM_THE_OTHERS =
            "nothing here leads to another one: start the member while another one leads, and run 'quorate verify scrub', upon"
                    + " which it takes the leader's state, and nothing is lost; without other members what was written to these"
                    + " keys is lost, unless a backup has it";

    /** What a snapshot that can be read holds, and the entry that it stands at. */
    private record Snapshot(String place, long index, ScrubReport content) {

        /** As far as is known: what could not be compared is neither right nor wrong. */
        boolean isRight() {
            return content.isIntact();
        }

        boolean isWrong() {
            return content.difference().isPresent();
        }
    }

    private final Optional<LogInspection.Content> log;
    private final List<Snapshot> snapshots = new ArrayList<>();
    private Optional<ScrubReport> store = Optional.empty();
    private Optional<ScrubReport> aside = Optional.empty();

    /** @param log what it holds that can be relied on */
    WrittenContent(Optional<LogInspection.Content> log) {
        this.log = log;
    }

    /** Adds one that can be read, the oldest first. */
    void addSnapshot(String place, long index, ScrubReport content) {
        snapshots.add(new Snapshot(place, index, content));
    }

    void setStore(Optional<ScrubReport> content) {
        store = content;
    }

    void setAside(Optional<ScrubReport> content) {
        aside = content;
    }

    /** Damage where something else is held than was written, and notes on what could not be compared. */
    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        for (Snapshot snapshot : snapshots) {
            add(findings, snapshot.place(), snapshot.content(), remedyOfSnapshot());
        }
        store.ifPresent(content -> add(findings, InspectedMember.STORE, content, remedyOfStore(content)));
        aside.ifPresent(content -> add(
                findings,
                InspectedMember.ASIDE,
                content,
                "it is needed only if no other member has what the log of this one has lost; what was written to these keys"
                        + " is lost then"));
        return findings;
    }

    private static void add(List<Finding> findings, String place, ScrubReport content, String remedy) {
        content.difference().ifPresent(what -> findings.add(Finding.damage(place, what, remedy)));
        content.errors()
                .forEach(error -> findings.add(
                        Finding.note(place, "whether it holds what was written could not be compared: " + error)));
    }

    /** No start looks at it before it is needed, and it is refused then; but a start takes a store as it is, be it wrong. */
    private String remedyOfSnapshot() {
        if (store.isPresent()) {
            return store.get().isIntact()
                    ? "move it away: the store holds what was written, and a new snapshot is taken from it; nothing is lost"
                    : remedyOfStore(store.get());
        }
        return wayTo(log.map(content -> content.last().index()).orElse(0L))
                .map(way -> "move it away, so that the store is made again from " + way + "; nothing is lost")
                .orElse(FROM_THE_OTHERS);
    }

    private String remedyOfStore(ScrubReport content) {
        List<String> wrong = new ArrayList<>(List.of(InspectedMember.STORE));
        snapshots.stream().filter(Snapshot::isWrong).map(Snapshot::place).forEach(wrong::add);
        return wayTo(content.appliedIndex())
                .map(way -> "stop the member and move " + String.join(" and ", wrong)
                        + " away: the next start makes the store again from " + way + ", and nothing is lost")
                .orElse(FROM_THE_OTHERS);
    }

    /**
     * From where the next start makes the state at an index again once what is wrong is moved away. It replays the whole log if that is
     * there. Otherwise it takes the newest snapshot that is left, so one that could not be compared is in the way of those before it.
     */
    private Optional<String> wayTo(long index) {
        if (log.isEmpty() || log.get().last().index() < index) {
            return Optional.empty();
        }
        long base = log.get().base().index();
        long last = log.get().last().index();
        Optional<Snapshot> newest = snapshots.stream()
                .filter(candidate -> !candidate.isWrong() && candidate.index() >= base)
                .reduce((older, newer) -> newer);
        // The log begins anew at a snapshot that had arrived behind its end.
        boolean whole =
                base == 0 && newest.filter(snapshot -> snapshot.index() > last).isEmpty();
        return whole
                ? Optional.of("the log, which is there from its beginning")
                : newest.filter(Snapshot::isRight).map(snapshot -> snapshot.place() + " and the log");
    }
}
