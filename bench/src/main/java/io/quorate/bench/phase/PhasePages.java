package io.quorate.bench.phase;

import io.quorate.bench.cost.MemberAddress;
import io.quorate.bench.metrics.MetricsPages;
import io.quorate.bench.metrics.MetricsText;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Asks members for their {@code /metrics}, before and after what is measured. For one thread; blocks as long as members take, two
 * seconds each at most.
 */
public final class PhasePages implements AutoCloseable {

    /** As Prometheus' own libraries name it, whose process it may be. */
    private static final String STARTED = "process_start_time_seconds";

    private final List<URI> members;
    private final MetricsPages pages = new MetricsPages();

    /**
     * What the members told at one time.
     *
     * @param ofMembers of those that told it
     * @param sent by each of them, as far as they tell that
     * @param startedSeconds when each was started, as far as they tell that
     */
    public record Sample(
            Map<URI, PhaseHistograms> ofMembers, Map<URI, SentMessages> sent, Map<URI, Double> startedSeconds) {

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
         * What has been added since then by all members together.
         *
         * @return empty if a member told nothing at one of the two times, or was started again, or they are of
         *     releases that cannot be added: a sum of some would mislead
         */
        public Optional<PhaseHistograms> since(Sample earlier) {
            // A member that was started again may have counted further than before already, and look like itself.
            if (ofMembers.isEmpty()
                    || !ofMembers.keySet().equals(earlier.ofMembers.keySet())
                    || !startedSeconds.equals(earlier.startedSeconds)) {
                return Optional.empty();
            }
            Optional<PhaseHistograms> sum = Optional.empty();
            for (Map.Entry<URI, PhaseHistograms> member : ofMembers.entrySet()) {
                Optional<PhaseHistograms> added = Optional.ofNullable(earlier.ofMembers.get(member.getKey()))
                        .flatMap(member.getValue()::since);
                sum = sum.isEmpty() ? added : added.flatMap(sum.get()::plus);
                if (sum.isEmpty()) {
                    return sum;
                }
            }
            return sum;
        }
    }

    /** @param members where they serve their clients, one address each; of these, only scheme, host and port count */
    public PhasePages(List<URI> members) {
        this.members = List.copyOf(members);
    }

    /** The pages of these members, if each of them tells of phases: etcd's do not, and need not be asked again. */
    public static Optional<PhasePages> find(List<MemberAddress> members) {
        List<URI> addresses = members.stream()
                .flatMap(member -> member.clientUrls().stream().limit(1))
                .toList();
        PhasePages pages = new PhasePages(addresses);
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
        for (URI member : members) {
            Optional<MetricsText> page = pages.read(member);
            page.flatMap(PhaseHistograms::parse).ifPresent(told -> phases.put(member, told));
            page.flatMap(SentMessages::parse).ifPresent(told -> sent.put(member, told));
            page.ifPresent(text -> text.value(STARTED, Map.of()).ifPresent(told -> startedSeconds.put(member, told)));
        }
        return new Sample(phases, sent, startedSeconds);
    }

    @Override
    public void close() {
        pages.close();
    }
}
