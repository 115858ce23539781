package io.quorate.simulator.invariant;

import io.quorate.kv.Bytes;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.KeyValue;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.WatchRequest;
import io.quorate.simulator.ClientNews;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a watch sees is what the committed history changed in its range, from where it began: in the order of revisions, each
 * revision once and whole, none left out, across members, restarts and snapshots (invariant 15). Progress is never ahead of
 * an event that has not come, previous pairs are right and only missing where compacted, filters leave out just what they
 * should, and a watch ends only if what it wants next is compacted.
 */
final class WatchesMissNothing implements Invariant {

    private static final Bytes END = Bytes.wrap(new byte[1]);

    private static final class Seen {
        private final WatchRequest request;
        private long through;

        Seen(WatchRequest request, long through) {
            this.request = request;
            this.through = through;
        }
    }

    private final NaiveStore model;
    private final Map<Long, Seen> watches = new HashMap<>();

    /** @param model the history, as far as any member has applied it */
    WatchesMissNothing(NaiveStore model) {
        this.model = model;
    }

    @Override
    public void told(ClientNews news) {
        switch (news) {
            case ClientNews.WatchBegun begun -> begin(begun);
            case ClientNews.WatchAnswered answered -> answer(answered);
            case ClientNews.WatchProgressed progressed -> progress(progressed);
            case ClientNews.WatchEnded ended -> watches.remove(ended.watch());
            case ClientNews.LeasePromised ignored -> {}
            case ClientNews.LeaseGone ignored -> {}
            case ClientNews.ReadJudged ignored -> {}
        }
    }

    /** A watch that goes on elsewhere goes on after what it has seen; whoever watches says so, and is not trusted with it. */
    private void begin(ClientNews.WatchBegun begun) {
        Seen seen = watches.computeIfAbsent(begun.watch(), none -> new Seen(begun.request(), begun.fromRevision() - 1));
        if (seen.through != begun.fromRevision() - 1) {
            throw violated("watch " + begun.watch() + " goes on from revision " + begun.fromRevision()
                    + ", having seen " + seen.through);
        }
    }

    private void answer(ClientNews.WatchAnswered answered) {
        Seen seen = Objects.requireNonNull(watches.get(answered.watch()));
        switch (answered.answer()) {
            case WatchAnswer.Events events -> {
                for (RevisionEvents revision : events.revisions()) {
                    if (revision.revision() <= seen.through) {
                        throw violated("watch " + answered.watch() + " has seen " + seen.through + ", and now sees "
                                + revision);
                    }
                    requireNothingThrough(answered.watch(), seen, revision.revision() - 1);
                    compare(answered.watch(), seen, revision);
                    seen.through = revision.revision();
                }
                requireNothingThrough(answered.watch(), seen, events.throughRevision());
                seen.through = Math.max(seen.through, events.throughRevision());
            }
            case WatchAnswer.Compacted compacted -> {
                if (compacted.compactedRevision() > model.compactedRevision()
                        || seen.through + 1 >= compacted.compactedRevision()) {
                    throw violated("watch " + answered.watch() + ", which has seen " + seen.through
                            + ", ends for revision " + compacted.compactedRevision() + ", and compacted is "
                            + model.compactedRevision());
                }
            }
        }
    }

    /** Less than was seen is no violation: a member that lags behind does not know better. */
    private void progress(ClientNews.WatchProgressed progressed) {
        Seen seen = Objects.requireNonNull(watches.get(progressed.watch()));
        if (progressed.revision() > model.revision()) {
            throw violated("watch " + progressed.watch() + " of " + seen.request + " is at revision "
                    + progressed.revision() + ", having seen " + seen.through + ", and the store at "
                    + model.revision());
        }
        requireNothingThrough(progressed.watch(), seen, progressed.revision());
        seen.through = Math.max(seen.through, progressed.revision());
    }

    private void requireNothingThrough(long watch, Seen seen, long through) {
        for (long revision = seen.through + 1; revision <= Math.min(through, model.revision()); revision++) {
            if (!expected(seen.request, revision).isEmpty()) {
                throw violated("watch " + watch + " of " + seen.request + " has missed revision " + revision + ": "
                        + model.changesOf(revision));
            }
        }
    }

    private void compare(long watch, Seen seen, RevisionEvents told) {
        Map<Bytes, NaiveStore.Change> expected = expected(seen.request, told.revision());
        if (told.events().size() != expected.size()) {
            throw different(watch, seen, told, expected);
        }
        for (KeyEvent event : told.events()) {
            NaiveStore.Change change = expected.remove(event.kv().key());
            if (change == null || !isRight(event, change, told.revision(), seen.request)) {
                throw different(watch, seen, told, model.changesOf(told.revision()));
            }
        }
    }

    private boolean isRight(KeyEvent event, NaiveStore.Change change, long revision, WatchRequest request) {
        KeyValue after =
                change.after().orElseGet(() -> new KeyValue(event.kv().key(), 0, revision, 0, Bytes.empty(), 0));
        boolean put = change.after().isPresent();
        boolean create = put && change.before().isEmpty();
        boolean prevMayBeGone = revision <= model.compactedRevision();
        Optional<KeyValue> prev = request.prevKv() ? change.before() : Optional.empty();
        return event.kv().equals(after)
                && put == (event.kind() == KeyEvent.Kind.PUT)
                && create == event.isCreate()
                && (event.prev().equals(prev) || (prevMayBeGone && event.prev().isEmpty()));
    }

    private InvariantViolation different(long watch, Seen seen, RevisionEvents told, Map<Bytes, ?> expected) {
        return violated(
                "watch " + watch + " of " + seen.request + " sees " + told + ", but what was changed is " + expected);
    }

    private Map<Bytes, NaiveStore.Change> expected(WatchRequest request, long revision) {
        Map<Bytes, NaiveStore.Change> wanted = new TreeMap<>();
        model.changesOf(revision).forEach((key, change) -> {
            boolean filtered = change.after().isPresent() ? request.noPut() : request.noDelete();
            if (!filtered && contains(request, key)) {
                wanted.put(key, change);
            }
        });
        return wanted;
    }

    private static boolean contains(WatchRequest request, Bytes key) {
        if (request.rangeEnd().isEmpty()) {
            return key.equals(request.key());
        }
        return request.key().compareTo(key) <= 0
                && (request.rangeEnd().equals(END) || key.compareTo(request.rangeEnd()) < 0);
    }

    /** Whoever watches still has seen everything: the run does not end before they say so. */
    @Override
    public void ended() {
        watches.forEach((watch, seen) -> requireNothingThrough(watch, seen, Math.max(seen.through, model.revision())));
    }

    /** The watches that there are. */
    List<Long> open() {
        return List.copyOf(watches.keySet());
    }
}
