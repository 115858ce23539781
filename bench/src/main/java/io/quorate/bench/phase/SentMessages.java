package io.quorate.bench.phase;

import io.quorate.bench.metrics.MetricsText;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How a member sends entries to the others while it leads, as it tells it at {@code /metrics}: since its data was opened, or between two looks.
 *
 * @param leads whether it led then
 * @param term the term that it was in
 * @param maxBatchBytes entries in one message, at most
 * @param maxInflightMessages messages to one other member that may be under way
 * @param messages that were sent
 * @param full those of them that were as large as they may be
 * @param underWay for each, how many were under way to that member then, itself included; added up
 * @param heldBack how often entries had to wait since as many were under way as may be
 */
public record SentMessages(
        boolean leads,
        long term,
        long maxBatchBytes,
        int maxInflightMessages,
        long messages,
        long full,
        long underWay,
        long heldBack) {

    private static final String PREFIX = "quorate_replication_";

    /** Reads a member's page; empty if it does not tell. */
    public static Optional<SentMessages> parse(String page) {
        return parse(new MetricsText(page));
    }

    static Optional<SentMessages> parse(MetricsText page) {
        OptionalDouble batch = page.value(PREFIX + "max_batch_bytes", Map.of());
        OptionalDouble inflight = page.value(PREFIX + "max_inflight_messages", Map.of());
        if (batch.isEmpty() || inflight.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SentMessages(
                page.value("etcd_server_is_leader", Map.of()).orElse(0) > 0,
                (long) page.value("quorate_raft_term", Map.of()).orElse(0),
                (long) batch.getAsDouble(),
                (int) inflight.getAsDouble(),
                count(page, "messages"),
                count(page, "full_messages"),
                count(page, "messages_under_way"),
                count(page, "held_back")));
    }

    private static long count(MetricsText page, String name) {
        return (long) page.value(PREFIX + name, Map.of()).orElse(0);
    }

    /**
     * What was sent since then.
     *
     * @return empty unless it led in the same term at both times, within the same bounds
     */
    public Optional<SentMessages> since(SentMessages earlier) {
        boolean comparable = leads
                && earlier.leads
                && term == earlier.term
                && maxBatchBytes == earlier.maxBatchBytes
                && maxInflightMessages == earlier.maxInflightMessages
                && messages >= earlier.messages;
        return comparable
                ? Optional.of(new SentMessages(
                        true,
                        term,
                        maxBatchBytes,
                        maxInflightMessages,
                        messages - earlier.messages,
                        full - earlier.full,
                        underWay - earlier.underWay,
                        heldBack - earlier.heldBack))
                : Optional.empty();
    }
}
