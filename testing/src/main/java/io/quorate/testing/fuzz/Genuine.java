package io.quorate.testing.fuzz;

import io.quorate.testing.fuzz.FuzzTarget.Samples;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Some sealed inputs that were made by whoever has the key: whatever else is opened was forged. Immutable. */
public final class Genuine {

    private final List<byte[]> all = new ArrayList<>();
    private final Set<ByteBuffer> known = new HashSet<>();

    private Genuine() {}

    /** So many; other nonces each time, as a seal wants it. */
    public static Genuine of(int count, Samples samples) {
        Genuine genuine = new Genuine();
        SplittableRandom random = new SplittableRandom(count);
        for (int i = 0; i < count; i++) {
            try {
                genuine.add(samples.next(random));
            } catch (Exception e) {
                throw new IllegalStateException("nothing can be sealed", e);
            }
        }
        return genuine;
    }

    private void add(byte[] sealed) {
        all.add(sealed);
        known.add(ByteBuffer.wrap(sealed));
    }

    /** One of them. */
    public byte[] any(SplittableRandom random) {
        return all.get(random.nextInt(all.size()));
    }

    /** What was opened must be one of them. */
    public void require(byte[] opened) {
        if (!known.contains(ByteBuffer.wrap(opened))) {
            throw new IllegalStateException("what was opened is nothing that was ever sealed");
        }
    }
}
