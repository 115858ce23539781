package io.quorate.server.api;

import io.quorate.kv.KeyEvent;
import io.quorate.server.proto.mvccpb.Event;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Makes messages of events, each once for all who watch it: they are told within moments of each other, and making it costs more than
 * sending it. Thread-safe.
 */
final class EventMessages {

    /** A power of two. With {@link #MAX_BYTES} it bounds what is kept of events long told to 8 MiB. */
    private static final int PLACES = 1 << 11;

    /** Larger ones are made for each watcher. */
    private static final int MAX_BYTES = 4 << 10;

    private final AtomicReferenceArray<Made> places = new AtomicReferenceArray<>(PLACES);

    private record Made(KeyEvent event, Event message) {}

    Event of(KeyEvent event) {
        // What a batch of a transaction changes has one revision: the keys tell those apart.
        int hash =
                Long.hashCode(event.kv().modRevision()) + 31 * event.kv().key().hashCode();
        int place = (hash ^ hash >>> 16) & (PLACES - 1);
        Made made = places.get(place);
        if (made != null && made.event.equals(event)) {
            return made.message;
        }
        Event message = make(event);
        if (message.getSerializedSize() <= MAX_BYTES) {
            places.set(place, new Made(event, message));
        }
        return message;
    }

    private static Event make(KeyEvent event) {
        Event.Builder message = switch (event.kind()) {
            case PUT -> Event.newBuilder().setType(Event.EventType.PUT).setKv(Responses.keyValue(event.kv()));
            case DELETE ->
                Event.newBuilder()
                        .setType(Event.EventType.DELETE)
                        .setKv(KeyValue.newBuilder()
                                .setKey(Responses.string(event.kv().key()))
                                .setModRevision(event.kv().modRevision()));
        };
        event.prev().ifPresent(prev -> message.setPrevKv(Responses.keyValue(prev)));
        return message.build();
    }
}
