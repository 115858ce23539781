package io.quorate.compatibility;

import static io.quorate.compatibility.JetcdTest.bytes;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.Watch.Watcher;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A watch of jetcd's over a prefix, with everything that it has told. */
final class JetcdWatch implements Watch.Listener, AutoCloseable {

    private final List<WatchEvent> events = new CopyOnWriteArrayList<>();
    private final Watcher watcher;
    private volatile boolean created;
    private volatile @Nullable Throwable failure;

    /** Returns when the member has said that the watch is there, or why it is not. */
    static JetcdWatch start(Client client, String prefix, WatchOption.Builder options) {
        JetcdWatch watch = new JetcdWatch(client, prefix, options);
        await("that the watch is there")
                .atMost(JetcdTest.PATIENCE)
                .until(() -> watch.created || watch.failure().isPresent());
        return watch;
    }

    private JetcdWatch(Client client, String prefix, WatchOption.Builder options) {
        WatchOption option =
                options.isPrefix(true).withPrevKV(true).withCreateNotify(true).build();
        this.watcher = client.getWatchClient().watch(bytes(prefix), option, this);
    }

    @Override
    public void onNext(WatchResponse response) {
        events.addAll(response.getEvents());
        created |= response.isCreatedNotify();
    }

    @Override
    public void onError(Throwable error) {
        failure = error;
    }

    @Override
    public void onCompleted() {}

    List<WatchEvent> events() {
        return List.copyOf(events);
    }

    /** Each event as {@code PUT key=value} or {@code DELETE key}, once there are that many. */
    List<String> describedEvents(int count) {
        await("that many events: " + count).atMost(JetcdTest.PATIENCE).until(() -> events.size() >= count);
        return events.stream().map(JetcdWatch::described).toList();
    }

    private static String described(WatchEvent event) {
        String value = event.getKeyValue().getValue().toString();
        return event.getEventType() + " " + event.getKeyValue().getKey() + (value.isEmpty() ? "" : "=" + value);
    }

    /** Why it has ended, if it was not asked to. */
    Optional<Throwable> failure() {
        return Optional.ofNullable(failure);
    }

    @Override
    public void close() {
        watcher.close();
    }
}
