package io.quorate.cli.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Judges whether anything grew: the median of the last quarter of a soak against that of the second one. The first quarter is for
 * warming up.
 *
 * @param times how many times the earlier median the later one may be, for what is measured in KiB
 * @param heapKib by how much more than that the heap may have grown
 * @param residentKib by how much more than that the process's memory may have grown
 * @param dataKib by how much more than that the data directory may have grown
 * @param count by how much threads, files, sockets may have grown
 */
record Trends(double times, long heapKib, long residentKib, long dataKib, long count) {

    /** Fewer samples tell nothing: two in each quarter. */
    static final int FEWEST_SAMPLES = 8;

    /** For half an hour: what is alive is flat but for a tenth. */
    static final Trends LONG = new Trends(1.1, 4 << 10, 16 << 10, 64 << 10, 10);

    /** For seconds, in which classes are still being loaded, code compiled and threads started. */
    static final Trends SHORT = new Trends(1.5, 24 << 10, 128 << 10, 256 << 10, 60);

    /** One sentence for everything that grew. */
    List<String> judge(String member, List<Sample> samples) {
        if (samples.size() < FEWEST_SAMPLES) {
            return List.of("%s: %d samples tell nothing of a trend, which takes %d"
                    .formatted(member, samples.size(), FEWEST_SAMPLES));
        }
        List<String> grown = new ArrayList<>();
        judge(member + ": live heap (KiB)", samples, Sample::heapKib, times, heapKib, grown);
        judge(member + ": resident memory (KiB)", samples, Sample::residentKib, times, residentKib, grown);
        judge(member + ": data directory (KiB)", samples, Sample::dataKib, times, dataKib, grown);
        judge(member + ": threads", samples, Sample::threads, 1, count, grown);
        // Each client that is being abused by holds some; they come and go.
        judge(member + ": files that are no sockets", samples, s -> s.files() - s.sockets(), 1, count, grown);
        judge(member + ": sockets", samples, Sample::sockets, 1.5, count, grown);
        judge(member + ": watch streams", samples, Sample::streams, 1.5, 10 * count, grown);
        judge(member + ": leases", samples, Sample::leases, 1.5, 10 * count, grown);
        judge(member + ": open calls", samples, Sample::calls, 1.5, 10 * count, grown);
        judge(member + ": pending proposals", samples, Sample::pending, 1.5, count, grown);
        return grown;
    }

    private static void judge(
            String what, List<Sample> samples, ToLongFunction<Sample> of, double times, long more, List<String> grown) {
        int quarter = samples.size() / 4;
        long earlier = median(samples.subList(quarter, 2 * quarter), of);
        long later = median(samples.subList(samples.size() - quarter, samples.size()), of);
        long most = Math.round(earlier * times) + more;
        if (later > most) {
            grown.add("%s grew: median %d in the second quarter, %d in the last, and at most %d was allowed"
                    .formatted(what, earlier, later, most));
        }
    }

    static long median(List<Sample> samples, ToLongFunction<Sample> of) {
        return samples.stream()
                .mapToLong(of)
                .sorted()
                .skip((samples.size() - 1) / 2)
                .findFirst()
                .orElseThrow();
    }

    /** One sentence for everything of clients that is there though they have gone. */
    static List<String> leftBehind(String member, Sample before, Sample after) {
        Map<String, Long> idle = before.ofClients();
        return after.ofClients().entrySet().stream()
                .filter(count -> count.getValue() > idle.getOrDefault(count.getKey(), 0L))
                .map(count -> "%s: %s were left behind: %d before the soak, %d after it"
                        .formatted(member, count.getKey(), idle.get(count.getKey()), count.getValue()))
                .sorted()
                .toList();
    }
}
