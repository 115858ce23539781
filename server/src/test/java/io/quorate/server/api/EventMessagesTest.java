package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Bytes;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.KeyValue;
import io.quorate.server.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each watcher is told of the event that it is, whatever was made for another one. */
class EventMessagesTest {

    private final EventMessages messages = new EventMessages();

    private static KeyEvent put(String key, String value, long revision) {
        return new KeyEvent(KeyEvent.Kind.PUT, pair(key, value, revision), Optional.empty());
    }

    private static KeyValue pair(String key, String value, long revision) {
        return new KeyValue(Bytes.utf8(key), 2, revision, 1, Bytes.utf8(value), 0);
    }

    @Test
    void theMessageIsMadeOnceForAll() {
        Event first = messages.of(put("key", "value", 7));
        assertThat(messages.of(put("key", "value", 7))).isSameAs(first);
        assertThat(first.getKv().getValue().toStringUtf8()).isEqualTo("value");
        assertThat(first.getKv().getModRevision()).isEqualTo(7);
    }

    @Test
    void whoWantsThePairBeforeGetsIt() {
        KeyEvent plain = put("key", "value", 7);
        KeyEvent withPrev = new KeyEvent(KeyEvent.Kind.PUT, plain.kv(), Optional.of(pair("key", "before", 6)));
        assertThat(messages.of(plain).hasPrevKv()).isFalse();
        assertThat(messages.of(withPrev).getPrevKv().getValue().toStringUtf8()).isEqualTo("before");
        assertThat(messages.of(plain).hasPrevKv()).isFalse();
    }

    @Test
    void aDeletionHasAKeyAndARevisionAlone() {
        KeyEvent deletion = new KeyEvent(KeyEvent.Kind.DELETE, pair("key", "", 8), Optional.empty());
        Event message = messages.of(deletion);
        assertThat(message.getType()).isEqualTo(Event.EventType.DELETE);
        assertThat(message.getKv().getCreateRevision()).isZero();
        assertThat(message.getKv().getModRevision()).isEqualTo(8);
    }

    /** More than there are places for, so that each place is taken again and again. */
    @Test
    void noEventIsToldInPlaceOfAnother() {
        List<KeyEvent> events = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            events.add(put("key" + i % 100, "value" + i, i / 2));
        }
        for (int again = 0; again < 2; again++) {
            for (KeyEvent event : events) {
                Event message = messages.of(event);
                assertThat(message.getKv().getValue().asReadOnlyByteBuffer())
                        .isEqualTo(event.kv().value().asByteBuffer());
                assertThat(message.getKv().getModRevision())
                        .isEqualTo(event.kv().modRevision());
            }
        }
    }
}
