package io.quorate.engine.log;

import io.quorate.engine.log.LogFiles.Segment;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much of a log is sealed with which master key.
 *
 * @param plain what is not sealed
 * @param byKey by the key's id
 */
public record LogSealing(Share plain, SortedMap<String, Share> byKey) {

    /** So many segments, of so many bytes. */
    public record Share(int segments, long bytes) {

        static final Share NOTHING = new Share(0, 0);

        private Share with(Segment segment) {
            return new Share(segments + 1, bytes + segment.size());
        }
    }

    static LogSealing of(List<Segment> segments) {
        Share plain = Share.NOTHING;
        SortedMap<String, Share> byKey = new TreeMap<>();
        for (Segment segment : segments) {
            Optional<SegmentKey> key = segment.header().key();
            if (key.isEmpty()) {
                plain = plain.with(segment);
            } else {
                String id = key.get().wrapped().keyId();
                byKey.put(id, byKey.getOrDefault(id, Share.NOTHING).with(segment));
            }
        }
        return new LogSealing(plain, byKey);
    }
}
