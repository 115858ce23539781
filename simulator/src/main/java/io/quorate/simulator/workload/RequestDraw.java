package io.quorate.simulator.workload;

import io.quorate.kv.Bytes;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import java.util.SplittableRandom;

/** Draws what a client asks for. */
final class RequestDraw {

    private static final int KEYS = 8;

    private final int client;
    private final SplittableRandom random;
    private long values;

    RequestDraw(int client, SplittableRandom random) {
        this.client = client;
        this.random = random;
    }

    Request next() {
        Bytes key = Bytes.utf8("register/" + random.nextInt(KEYS));
        if (random.nextBoolean()) {
            return new Request.Read(Range.of(key));
        }
        return new Request.Write(Put.of(key, Bytes.utf8(client + "." + ++values)));
    }
}
