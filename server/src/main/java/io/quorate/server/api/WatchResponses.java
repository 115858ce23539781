package io.quorate.server.api;

import io.quorate.kv.RevisionEvents;
import io.quorate.kv.WatchAnswer;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;

/** Makes the responses of watch streams. Thread-safe. */
final class WatchResponses {

    private final Headers headers;
    private final EventMessages messages = new EventMessages();
    private final long maxBytes;

    /** @param maxBytes from which size on a response is divided: between revisions if it can be */
    WatchResponses(Headers headers, long maxBytes) {
        this.headers = headers;
        this.maxBytes = maxBytes;
    }

    private WatchResponse.Builder response(long watchId, long revision) {
        return WatchResponse.newBuilder().setHeader(headers.at(revision)).setWatchId(watchId);
    }

    WatchResponse created(long watchId, long revision) {
        return response(watchId, revision).setCreated(true).build();
    }

    WatchResponse notCreated(long watchId, long revision, String reason) {
        return response(watchId, revision)
                .setCreated(true)
                .setCanceled(true)
                .setCancelReason(reason)
                .build();
    }

    WatchResponse canceled(long watchId, long revision) {
        return response(watchId, revision).setCanceled(true).build();
    }

    /** It was not the client that has ended it. */
    WatchResponse ended(long watchId, long revision, String reason) {
        return response(watchId, revision)
                .setCanceled(true)
                .setCancelReason(reason)
                .build();
    }

    /** As in etcd, the header bears no revision. */
    WatchResponse compacted(long watchId, long compactedRevision) {
        return response(watchId, 0)
                .setCanceled(true)
                .setCompactRevision(compactedRevision)
                .build();
    }

    /** Everything up to the revision was told. */
    WatchResponse progress(long watchId, long revision) {
        return response(watchId, revision).build();
    }

    /**
     * Events, in one response or more: those of one revision are together, unless they are too large and may be taken apart.
     *
     * @param fragment whether a revision may be taken apart
     */
    List<WatchResponse> events(long watchId, WatchAnswer.Events answer, boolean fragment) {
        List<WatchResponse> responses = new ArrayList<>();
        List<Event> events = new ArrayList<>();
        long bytes = 0;
        long through = 0;
        for (RevisionEvents revision : answer.revisions()) {
            List<Event> next = revision.events().stream().map(messages::of).toList();
            long nextBytes = next.stream().mapToLong(Event::getSerializedSize).sum();
            if (!events.isEmpty() && bytes + nextBytes > maxBytes) {
                responses.addAll(whole(watchId, through, events, bytes, fragment));
                events = new ArrayList<>();
                bytes = 0;
            }
            events.addAll(next);
            bytes += nextBytes;
            through = revision.revision();
        }
        responses.addAll(whole(watchId, answer.throughRevision(), events, bytes, fragment));
        return responses;
    }

    private List<WatchResponse> whole(long watchId, long revision, List<Event> events, long bytes, boolean fragment) {
        if (!fragment || bytes < maxBytes) {
            return List.of(response(watchId, revision).addAllEvents(events).build());
        }
        List<WatchResponse> fragments = new ArrayList<>();
        WatchResponse.Builder part = response(watchId, revision);
        long partBytes = 0;
        for (Event event : events) {
            if (part.getEventsCount() > 0 && partBytes + event.getSerializedSize() >= maxBytes) {
                fragments.add(part.setFragment(true).build());
                part = response(watchId, revision);
                partBytes = 0;
            }
            part.addEvents(event);
            partBytes += event.getSerializedSize();
        }
        fragments.add(part.build());
        return fragments;
    }
}
