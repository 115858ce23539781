package io.quorate.kv;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Finds the watchers that a key concerns. Not thread-safe. */
final class WatcherIndex {
    private final Map<Bytes, Set<Watcher>> ofKeys = new HashMap<>();
    private final IntervalTree<Watcher> ofRanges = new IntervalTree<>();

    void add(Watcher watcher) {
        switch (watcher.range()) {
            case KeyRange.Single single ->
                ofKeys.computeIfAbsent(single.key(), none -> new LinkedHashSet<>())
                        .add(watcher);
            case KeyRange.Between between -> ofRanges.add(between.from(), between.to(), watcher);
            case KeyRange.From from -> ofRanges.add(from.from(), null, watcher);
        }
    }

    void remove(Watcher watcher) {
        switch (watcher.range()) {
            case KeyRange.Single single ->
                ofKeys.computeIfPresent(single.key(), (key, watchers) -> {
                    watchers.remove(watcher);
                    return watchers.isEmpty() ? null : watchers;
                });
            case KeyRange.Between between -> ofRanges.remove(between.from(), between.to(), watcher);
            case KeyRange.From from -> ofRanges.remove(from.from(), null, watcher);
        }
    }

    void forEachOf(Bytes key, Consumer<Watcher> visitor) {
        Set<Watcher> watchers = ofKeys.get(key);
        if (watchers != null) {
            watchers.forEach(visitor);
        }
        ofRanges.forEachAt(key, visitor);
    }
}
