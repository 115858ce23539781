package io.quorate.bench.phase;

import io.quorate.bench.cost.MemberAddress;
import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.metrics.MetricsPages;
import io.quorate.engine.tls.TlsParty;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Asks members for their {@code /metrics}, before and after what is measured. For one thread; blocks as long as the slowest takes, two
 * seconds at most.
 */
public final class PhasePages implements AutoCloseable {

    /** As Prometheus' own libraries name it, whose process it may be. */
    private static final String STARTED = "process_start_time_seconds";

    /** What all members together have added between two samples. */
    public sealed interface Added {

        /** It is known. */
        record Known(PhaseHistograms all) implements Added {}

        /** It is not, since a sum of some would mislead; {@code why} is half a sentence, and says what to do. */
        record Unknown(String why) implements Added {}

        /** Empty if it is not known. */
        default Optional<PhaseHistograms> phases() {
            return this instanceof Known known ? Optional.of(known.all) : Optional.empty();
        }
    }

    private final List<URI> members;
    private final MetricsPages pages;

    /**
     * What the members told at one time.
     *
     * @param ofMembers of those that told it
     * @param sent by each of them, as far as they tell that
     * @param startedSeconds when each was started, as far as they tell that
     */
    public record Sample(
            Map<URI, PhaseHistograms> ofMembers, Map<URI, SentMessages> sent, Map<URI, Double> startedSeconds) {

        private static final PhaseHistograms NONE = new PhaseHistograms(Map.of(), DurationHistogram.EMPTY);

        public Sample {
            ofMembers = Map.copyOf(ofMembers);
            sent = Map.copyOf(sent);
            startedSeconds = Map.copyOf(startedSeconds);
        }

        /** What the leader has sent since then; empty if no member has led in one term all the time, or it does not tell. */
        public Optional<SentMessages> sentSince(Sample earlier) {
            return sent.entrySet().stream()
                    .flatMap(member ->
                            Optional.ofNullable(earlier.sent.get(member.getKey()))
                                    .flatMap(member.getValue()::since)
                                    .stream())
                    .findFirst();
        }

        /**
         * What has been added since then by all members together. It is not known if a member told nothing at one of the two
         * times, or was started again, or they are of releases that cannot be added.
         */
        public Added since(Sample earlier) {
            Set<URI> either = new TreeSet<>(ofMembers.keySet());
            either.addAll(earlier.ofMembers.keySet());
            List<URI> silent = either.stream()
                    .filter(member -> !ofMembers.containsKey(member) || !earlier.ofMembers.containsKey(member))
                    .toList();
            if (either.isEmpty() || !silent.isEmpty()) {
                return new Added.Unknown(
                        (either.isEmpty() ? "nobody told" : named(silent) + " did not tell")
                                + " at /metrics where the time of writes goes, at the beginning or at the end; watch once more");
            }
            Map<URI, PhaseHistograms> added = new TreeMap<>();
            ofMembers.forEach(
                    (member, told) -> addedSince(earlier, member, told).ifPresent(more -> added.put(member, more)));
            List<URI> anew =
                    either.stream().filter(member -> !added.containsKey(member)).toList();
            return anew.isEmpty()
                    ? sum(added)
                    : new Added.Unknown(named(anew) + " was started again meanwhile; watch once more");
        }

        private Optional<PhaseHistograms> addedSince(Sample earlier, URI member, PhaseHistograms told) {
            // One that was started again may have counted further than before already, and look like itself.
            boolean isTheSame = Objects.equals(startedSeconds.get(member), earlier.startedSeconds.get(member));
            return isTheSame
                    ? Optional.ofNullable(earlier.ofMembers.get(member)).flatMap(told::since)
                    : Optional.empty();
        }

        private static Added sum(Map<URI, PhaseHistograms> added) {
            PhaseHistograms sum = NONE;
            List<URI> others = new ArrayList<>();
            for (Map.Entry<URI, PhaseHistograms> member : added.entrySet()) {
                Optional<PhaseHistograms> both = sum.plus(member.getValue());
                if (both.isEmpty()) {
                    others.add(member.getKey());
                }
                sum = both.orElse(sum);
            }
            return others.isEmpty()
                    ? new Added.Known(sum)
                    : new Added.Unknown(
                            "what " + named(others) + " told cannot be added to what the others did, being of another"
                                    + " release; bring all members to the same one");
        }

        private static String named(List<URI> members) {
            return members.stream().map(URI::getAuthority).collect(Collectors.joining(" and "));
        }
    }

    /** @param members where they serve their clients, one address each; of these, only scheme, host and port count */
    public PhasePages(List<URI> members) {
        this(members, Optional.empty());
    }

    /** @param tls by which members are asked that have {@code https} URLs */
    public PhasePages(List<URI> members, Optional<TlsParty> tls) {
        this.members = List.copyOf(members);
        this.pages = new MetricsPages(tls);
    }

    /** The pages of these members, if each of them tells of phases: etcd's do not, and need not be asked again. */
    public static Optional<PhasePages> find(List<MemberAddress> members) {
        return find(members, Optional.empty());
    }

    /** As {@link #find(List)}, of members that are asked by TLS if they have {@code https} URLs. */
    public static Optional<PhasePages> find(List<MemberAddress> members, Optional<TlsParty> tls) {
        List<URI> addresses = members.stream()
                .flatMap(member -> member.clientUrls().stream().limit(1))
                .toList();
        PhasePages pages = new PhasePages(addresses, tls);
        if (!addresses.isEmpty() && pages.sample().ofMembers.size() == members.size()) {
            return Optional.of(pages);
        }
        pages.close();
        return Optional.empty();
    }

    /** Asks all of them. */
    public Sample sample() {
        Map<URI, PhaseHistograms> phases = new LinkedHashMap<>();
        Map<URI, SentMessages> sent = new LinkedHashMap<>();
        Map<URI, Double> startedSeconds = new LinkedHashMap<>();
        pages.read(members).forEach((member, page) -> {
            PhaseHistograms.parse(page).ifPresent(told -> phases.put(member, told));
            SentMessages.parse(page).ifPresent(told -> sent.put(member, told));
            page.value(STARTED, Map.of()).ifPresent(told -> startedSeconds.put(member, told));
        });
        return new Sample(phases, sent, startedSeconds);
    }

    @Override
    public void close() {
        pages.close();
    }
}
