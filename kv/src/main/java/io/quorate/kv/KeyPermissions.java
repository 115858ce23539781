package io.quorate.kv;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Which keys may be read, and which may be written: permissions that touch each other are one. Immutable. */
final class KeyPermissions {
    private final NavigableMap<Bytes, Span> readable;
    private final NavigableMap<Bytes, Span> writable;

    /**
     * Keys that follow each other.
     *
     * @param to exclusive; empty: there is no end
     */
    private record Span(Bytes from, Optional<Bytes> to) {

        static Span of(KeyRange range) {
            return switch (range) {
                case KeyRange.Single single -> new Span(single.key(), Optional.of(after(single.key())));
                case KeyRange.Between between -> new Span(between.from(), Optional.of(between.to()));
                case KeyRange.From from -> new Span(from.from(), Optional.empty());
            };
        }

        boolean isEmpty() {
            return to.isPresent() && to.get().compareTo(from) <= 0;
        }

        boolean reaches(Bytes key) {
            return to.isEmpty() || key.compareTo(to.get()) <= 0;
        }

        /** Whether everything up to an end lies before this one's. */
        boolean endsAtOrAfter(Optional<Bytes> end) {
            return to.isEmpty() || (end.isPresent() && end.get().compareTo(to.get()) <= 0);
        }

        private static Bytes after(Bytes key) {
            byte[] next = new byte[key.size() + 1];
            key.copyTo(next, 0);
            return Bytes.wrap(next);
        }
    }

    private KeyPermissions(NavigableMap<Bytes, Span> readable, NavigableMap<Bytes, Span> writable) {
        this.readable = readable;
        this.writable = writable;
    }

    static KeyPermissions of(List<Permission> permissions) {
        return new KeyPermissions(
                merged(permissions, Permission.Access.READ), merged(permissions, Permission.Access.WRITE));
    }

    private static NavigableMap<Bytes, Span> merged(List<Permission> permissions, Permission.Access access) {
        List<Span> spans = new ArrayList<>(permissions.stream()
                .filter(permission -> permission.access().allows(access))
                .map(permission -> Span.of(KeyRange.of(permission.key(), permission.rangeEnd())))
                .filter(span -> !span.isEmpty())
                .toList());
        spans.sort(Comparator.comparing(Span::from));
        NavigableMap<Bytes, Span> merged = new TreeMap<>();
        for (Span span : spans) {
            Map.Entry<Bytes, Span> last = merged.lastEntry();
            if (last == null || !last.getValue().reaches(span.from())) {
                merged.put(span.from(), span);
            } else if (!last.getValue().endsAtOrAfter(span.to())) {
                merged.put(last.getKey(), new Span(last.getKey(), span.to()));
            }
        }
        return merged;
    }

    boolean mayRead(KeyRange range) {
        return covers(readable, range);
    }

    boolean mayWrite(KeyRange range) {
        return covers(writable, range);
    }

    /** Of a range without a key in it, at least the first key counts: nobody learns whether it is the right way round. */
    private static boolean covers(NavigableMap<Bytes, Span> spans, KeyRange range) {
        Span asked = Span.of(range);
        Span wanted = asked.isEmpty() ? Span.of(new KeyRange.Single(asked.from())) : asked;
        Map.Entry<Bytes, Span> before = spans.floorEntry(wanted.from());
        return before != null && before.getValue().endsAtOrAfter(wanted.to());
    }
}
