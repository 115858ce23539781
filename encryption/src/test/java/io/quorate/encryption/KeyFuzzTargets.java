package io.quorate.encryption;

import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import io.quorate.testing.fuzz.Genuine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.crypto.SecretKey;

/** Key rings, of which a file and a command are read alike, and the data keys that lie beside what they seal. */
public final class KeyFuzzTargets implements FuzzTargets {

    private static final String PURPOSE = "fuzz";
    private static final KeyRing RING = KeyRing.simulated("key-1", new SplittableRandom(7));

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(ring(), wrapped(), unwrapped());
    }

    private static FuzzTarget<?> ring() {
        return FuzzTarget.of("key-ring", KeyFuzzTargets::ringSample, KeyFuzzTargets::keys, IOException.class)
                .ofText()
                .writtenBy(KeyFuzzTargets::text)
                .within(4096, 64 << 10, 256);
    }

    /** Some keys, in whatever order they were added, with what people write around them. */
    private static byte[] ringSample(SplittableRandom random) {
        StringBuilder text = new StringBuilder();
        for (int key = 1 + random.nextInt(4); key > 0; key--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append("# a comment\n");
                case 1 -> text.append("  \t\r\n");
                default -> {
                    // Nothing stands before the key.
                }
            }
            byte[] secret = new byte[DataKey.BYTES];
            random.nextBytes(secret);
            text.append(KeyRingText.line(random.nextBoolean() ? "key-" + key : "Kms.eu_" + key, secret));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, SecretKey> keys(byte[] input) throws IOException {
        KeyRing ring = KeyFile.ring(input.clone(), "the ring");
        Map<String, SecretKey> keys = KeyRingText.parse(new String(input, StandardCharsets.UTF_8), "the ring");
        if (!ring.ids().equals(keys.keySet())
                || !ring.currentId().equals(keys.keySet().iterator().next())) {
            throw new IllegalStateException("the ring has other keys than its text");
        }
        return keys;
    }

    private static byte[] text(Map<String, SecretKey> keys) {
        StringBuilder text = new StringBuilder();
        keys.forEach((id, key) -> text.append(KeyRingText.line(id, key.getEncoded())));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static FuzzTarget<?> wrapped() {
        return FuzzTarget.of(
                        "wrapped-key",
                        KeyFuzzTargets::wrappedSample,
                        input -> WrappedKey.decode(ByteBuffer.wrap(input)),
                        IOException.class)
                .writtenBy(WrappedKey::encode);
    }

    private static byte[] wrappedSample(SplittableRandom random) throws IOException {
        if (random.nextBoolean()) {
            return RING.wrap(RING.newDataKey(), PURPOSE).encode();
        }
        // As a service may give it.
        byte[] sealed = new byte[1 + random.nextInt(512)];
        random.nextBytes(sealed);
        return new WrappedKey("kms." + random.nextInt(100), sealed).encode();
    }

    /** Nothing is unwrapped that the ring has not wrapped; behind a key may stand what is another's. */
    private static FuzzTarget<?> unwrapped() {
        Genuine genuine =
                Genuine.of(64, random -> RING.wrap(RING.newDataKey(), PURPOSE).encode());
        return FuzzTarget.of("wrapped-key-opened", genuine::any, input -> opened(input, genuine), IOException.class);
    }

    private static DataKey opened(byte[] input, Genuine genuine) throws IOException {
        WrappedKey wrapped = WrappedKey.decode(ByteBuffer.wrap(input));
        DataKey key = RING.unwrap(wrapped, PURPOSE);
        genuine.require(wrapped.encode());
        return key;
    }
}
