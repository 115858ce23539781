package io.quorate.engine.disk;

import io.quorate.core.quorum.MemberId;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;

/** What is read of a data directory before anything else. */
public final class DiskFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(FuzzTarget.of(
                        "identity-file",
                        DiskFuzzTargets::sample,
                        input -> Identity.decode(ByteBuffer.wrap(input), "here"),
                        DataDirectoryException.class)
                .sealedBy(DiskFuzzTargets::sealed)
                .writtenBy(identity -> identity.encode().array()));
    }

    private static byte[] sample(SplittableRandom random) {
        String name = "m\u00e9mber-".repeat(random.nextInt(40));
        return new Identity(random.nextLong(), new MemberId(random.nextLong() | 1), name)
                .encode()
                .array();
    }

    private static byte[] sealed(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, sealed.length);
        return sealed;
    }
}
