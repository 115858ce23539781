package io.quorate.server;

import com.google.common.util.concurrent.MoreExecutors;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Many puts, a bounded number of them at once. */
final class PutStream {

    private PutStream() {}

    /** Puts the keys prefix0, prefix1, ... and returns when all have succeeded. */
    static void run(EtcdClient client, String prefix, int count, int atOnce) throws InterruptedException {
        KVGrpc.KVFutureStub stub = client.futures();
        Semaphore slots = new Semaphore(atOnce);
        AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
        for (int i = 0; i < count; i++) {
            slots.acquire();
            var put = stub.put(EtcdClient.putOf(prefix + i, "v").build());
            put.addListener(
                    () -> {
                        try {
                            put.get();
                        } catch (Exception e) {
                            failure.set(e);
                        } finally {
                            slots.release();
                        }
                    },
                    MoreExecutors.directExecutor());
        }
        slots.acquire(atOnce);
        if (failure.get() != null) {
            throw new AssertionError("a put failed", failure.get());
        }
    }
}
