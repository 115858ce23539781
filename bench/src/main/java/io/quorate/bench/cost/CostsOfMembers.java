package io.quorate.bench.cost;

import io.quorate.bench.metrics.MetricsPages;
import io.quorate.engine.tls.TlsParty;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the processes of a cluster's members on this machine, and what they use. Members that run elsewhere are left out, and the
 * notes say so. For one thread.
 */
public final class CostsOfMembers {

    /**
     * Totals since the processes started, but for the memory; empty where one of them does not tell.
     *
     * @param logSyncs member by member: one that was started again counts anew, which the others' syncs would hide in a sum
     */
    public record Sample(
            OptionalDouble cpuMicros,
            OptionalDouble residentBytes,
            Map<URI, Syncs> logSyncs,
            OptionalDouble writtenBytes) {

        public Sample {
            logSyncs = Map.copyOf(logSyncs);
        }
    }

    /**
     * A member's.
     *
     * @param startedSeconds when its process began to count them; empty if it does not tell
     */
    public record Syncs(double count, OptionalDouble startedSeconds) {}

    /** What etcd and Quorate both count syncs of their logs by. */
    private static final String LOG_SYNCS = "etcd_disk_wal_fsync_duration_seconds_count";

    private static final String STARTED = "process_start_time_seconds";

    private static final String LOST =
            "costs are not all known: a member ended, was started again, or did not tell its syncs";

    private final ProcessFiles files;
    private final Set<Long> processes;
    private final Set<String> notes;

    /** Where members tell of their syncs; nowhere if one of them does not, so that nobody waits for it again and again. */
    private List<URI> metrics;

    private final Optional<TlsParty> tls;

    private CostsOfMembers(
            ProcessFiles files, Set<Long> processes, List<URI> metrics, Set<String> notes, Optional<TlsParty> tls) {
        this.files = files;
        this.processes = Set.copyOf(processes);
        this.metrics = List.copyOf(metrics);
        this.notes = notes;
        this.tls = tls;
    }

    /** Looks for these members. */
    public static CostsOfMembers find(List<MemberAddress> members) {
        return find(members, Optional.empty());
    }

    /** As {@link #find(List)}, of members that are asked by TLS if they have {@code https} URLs. */
    public static CostsOfMembers find(List<MemberAddress> members, Optional<TlsParty> tls) {
        return find(
                members,
                new ProcessFiles(Path.of("/proc")),
                ProcessHandle.current().pid(),
                tls);
    }

    static CostsOfMembers find(List<MemberAddress> members, ProcessFiles files, long own) {
        return find(members, files, own, Optional.empty());
    }

    private static CostsOfMembers find(
            List<MemberAddress> members, ProcessFiles files, long own, Optional<TlsParty> tls) {
        Set<String> notes = new LinkedHashSet<>();
        Set<Long> processes = new LinkedHashSet<>();
        List<URI> metrics = new ArrayList<>();
        if (!files.isThere()) {
            notes.add("costs are not known: they are read from /proc, which this system does not have");
            return new CostsOfMembers(files, processes, metrics, notes, tls);
        }
        List<String> elsewhere = new ArrayList<>();
        for (MemberAddress member : members) {
            if (!add(member, files, processes, metrics)) {
                elsewhere.add(member.label());
            }
        }
        if (processes.isEmpty()) {
            notes.add(
                    "costs are not known: no member's process was found on this machine, or it is not yours to look at");
        } else if (!elsewhere.isEmpty()) {
            notes.add("costs are those of " + metrics.size() + " of " + members.size()
                    + " members: the process of " + String.join(" and of ", elsewhere)
                    + " was not found on this machine, or is not yours to look at");
        }
        if (processes.contains(own)) {
            notes.add("costs hold those of the load, too: members run in the process that makes it");
        }
        CostsOfMembers found = new CostsOfMembers(files, processes, metrics, notes, tls);
        found.noteWhatIsMissing();
        return found;
    }

    private static boolean add(MemberAddress member, ProcessFiles files, Set<Long> processes, List<URI> metrics) {
        for (URI url : member.clientUrls()) {
            try {
                Set<Long> found = files.listeningAt(url);
                if (!found.isEmpty()) {
                    processes.addAll(found);
                    metrics.add(url);
                    return true;
                }
            } catch (IOException e) {
                // A name that this machine does not know: so it does not run here.
            }
        }
        return false;
    }

    private void noteWhatIsMissing() {
        if (processes.isEmpty()) {
            return;
        }
        Sample sample = sample();
        if (sample.cpuMicros.isEmpty()) {
            notes.add("processor time is not known: the system does not tell it of " + named());
        }
        if (sample.residentBytes.isEmpty()) {
            notes.add("memory is not known: the system does not tell it of " + named());
        }
        if (sample.logSyncs.isEmpty()) {
            metrics = List.of();
            notes.add("syncs are not known: /metrics of a member does not answer, or does not count them");
        }
        if (sample.writtenBytes.isEmpty()) {
            notes.add("bytes written are not known: /proc/<pid>/io of " + named() + " is its owner's alone to read");
        } else {
            notes.add("bytes written are an upper bound, as Linux counts them: compare only runs of the same program");
        }
    }

    private String named() {
        return processes.stream().sorted().map(process -> "process " + process).collect(Collectors.joining(", "));
    }

    /** What is left out, and why some figures cannot be had; one sentence each. */
    public List<String> notes() {
        return List.copyOf(notes);
    }

    /** What the processes have used until now. */
    public Sample sample() {
        // What takes a moment before what members must be asked for.
        OptionalDouble cpuMicros = sum(processes, files::cpuMicros);
        OptionalDouble residentBytes = sum(processes, files::residentBytes);
        OptionalDouble writtenBytes = sum(processes, files::writtenBytes);
        return new Sample(cpuMicros, residentBytes, logSyncs(), writtenBytes);
    }

    private Map<URI, Syncs> logSyncs() {
        Map<URI, Syncs> syncs = new HashMap<>();
        try (MetricsPages pages = new MetricsPages(tls)) {
            pages.read(metrics)
                    .forEach((member, page) -> page.value(LOG_SYNCS, Map.of())
                            .ifPresent(count -> syncs.put(member, new Syncs(count, page.value(STARTED, Map.of())))));
        }
        return syncs.keySet().containsAll(metrics) ? syncs : Map.of();
    }

    /** What was used between two samples; what is not known of one of them becomes a note. */
    public Costs between(Sample before, Sample after) {
        Costs used = new Costs(
                difference(before, after, Sample::cpuMicros),
                after.residentBytes,
                syncs(before, after),
                difference(before, after, Sample::writtenBytes));
        if (isLost(before.cpuMicros, used.cpuMicros())
                || isLost(before.residentBytes, used.residentBytes())
                || (!before.logSyncs.isEmpty() && used.logSyncs().isEmpty())
                || isLost(before.writtenBytes, used.writtenBytes())) {
            notes.add(LOST);
        }
        return used;
    }

    private static boolean isLost(OptionalDouble before, OptionalDouble used) {
        return before.isPresent() && used.isEmpty();
    }

    /** Of all members; none of a process that has ended: what counts instead of it may have counted further already. */
    private static OptionalDouble syncs(Sample before, Sample after) {
        if (isLost(before.residentBytes, after.residentBytes)
                || before.logSyncs.isEmpty()
                || !before.logSyncs.keySet().equals(after.logSyncs.keySet())) {
            return OptionalDouble.empty();
        }
        double sum = 0;
        for (Map.Entry<URI, Syncs> member : after.logSyncs.entrySet()) {
            Syncs now = member.getValue();
            Syncs then = before.logSyncs.getOrDefault(member.getKey(), now);
            if (now.count < then.count || !now.startedSeconds.equals(then.startedSeconds)) {
                return OptionalDouble.empty();
            }
            sum += now.count - then.count;
        }
        return OptionalDouble.of(sum);
    }

    private interface Figure {
        OptionalDouble of(Sample sample);
    }

    /** Empty if it is not known at one of the times, or went back, as it does when a member was started again. */
    private static OptionalDouble difference(Sample before, Sample after, Figure figure) {
        OptionalDouble earlier = figure.of(before);
        OptionalDouble later = figure.of(after);
        return earlier.isPresent() && later.isPresent() && later.getAsDouble() >= earlier.getAsDouble()
                ? OptionalDouble.of(later.getAsDouble() - earlier.getAsDouble())
                : OptionalDouble.empty();
    }

    private interface Reading<T> {
        OptionalDouble of(T source);
    }

    /** The sum over all, of which there is none if one is not known. */
    private static <T> OptionalDouble sum(Iterable<T> sources, Reading<T> reading) {
        OptionalDouble sum = OptionalDouble.empty();
        for (T source : sources) {
            OptionalDouble one = reading.of(source);
            if (one.isEmpty()) {
                return one;
            }
            sum = OptionalDouble.of(sum.orElse(0) + one.getAsDouble());
        }
        return sum;
    }
}
