package io.quorate.cli.soak;

import java.util.Map;

/**
 * What a member held at one moment.
 *
 * @param second since the soak began
 * @param residentKib memory of the process
 * @param heapKib what is alive in its heap, after a full collection
 * @param threads of the process
 * @param files that it has open, sockets among them
 * @param sockets that it has open
 * @param streams watch streams
 * @param watchers watches on them
 * @param leases granted ones
 * @param pending proposals without an outcome
 * @param calls of gRPC or of the gateway that have begun and not ended
 * @param dataKib its data directory
 */
record Sample(
        long second,
        long residentKib,
        long heapKib,
        long threads,
        long files,
        long sockets,
        long streams,
        long watchers,
        long leases,
        long pending,
        long calls,
        long dataKib) {

    static final String HEADING =
            "    s member  rss MiB heap MiB threads files sockets streams watchers leases pending calls data MiB";

    String line(String member) {
        return "%5d %6s %8.1f %8.1f %7d %5d %7d %7d %8d %6d %7d %5d %8.1f"
                .formatted(
                        second,
                        member,
                        residentKib / 1024.0,
                        heapKib / 1024.0,
                        threads,
                        files,
                        sockets,
                        streams,
                        watchers,
                        leases,
                        pending,
                        calls,
                        dataKib / 1024.0);
    }

    /** What must be as before once all clients have gone, by name. */
    Map<String, Long> ofClients() {
        return Map.of(
                "sockets", sockets,
                "watch streams", streams,
                "watchers", watchers,
                "leases", leases,
                "pending proposals", pending,
                "open calls", calls);
    }
}
