package io.quorate.kv;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.KeyRing;
import io.quorate.encryption.Sealer;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import io.quorate.testing.fuzz.Genuine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Sealed records of the store, and its data keys. A record is the bytes {@code keySize, key, value}.
 *
 * <p>Records are tried twice: sealed ones that were changed, of which nothing may be opened, and changed ones that were sealed as they are.
 */
public final class SealedFuzzTargets implements FuzzTargets {

    private static final int GENUINE = 64;
    private static final int DATA_KEY = 300;

    private static final KeyRing RING = KeyRing.simulated("key-1", new SplittableRandom(5));
    private static final DataKey KEY = RING.newDataKey();
    private static final DataKeys KEYS = DataKeys.NONE.with(DATA_KEY, KEY);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(record(), recordContent(), dataKeys());
    }

    private static FuzzTarget<?> record() {
        Sealer sealer = KEY.sealer();
        Genuine genuine = Genuine.of(GENUINE, random -> sealed(Placed.of(sample(random)), sealer));
        return FuzzTarget.of(
                "sealed-record",
                random -> random.nextInt(8) == 0 ? sample(random) : genuine.any(random),
                input -> opened(Placed.of(input), genuine),
                StoreException.class);
    }

    private static byte[] opened(Placed record, Genuine genuine) {
        byte[] opened = SealedRecord.opened(record.key(), record.value(), KEYS);
        // What is not sealed is handed on as it is.
        if (!Arrays.equals(opened, record.value())) {
            genuine.require(record.encoded());
        }
        if (record.isVersion()) {
            byte[] head = Arrays.copyOf(record.value(), Math.min(record.value().length, SealedRecord.MAX_HEAD_SIZE));
            SealedRecord.isOlderThan(head, head.length, DATA_KEY);
            SealedRecord.maskHead(head, head.length);
            Version.isDeletion(head, head.length);
        }
        return opened;
    }

    private static FuzzTarget<?> recordContent() {
        Sealer sealer = KEY.sealer();
        return FuzzTarget.of(
                "sealed-record-content",
                SealedFuzzTargets::sample,
                input -> openedAsItWas(Placed.of(input), sealer),
                StoreException.class);
    }

    private static byte[] openedAsItWas(Placed record, Sealer sealer) {
        if (!SealedRecord.isToBeSealed(record.key(), record.value())) {
            throw new StoreException("nothing of it is sealed");
        }
        byte[] stored = SealedRecord.seal(record.key(), record.value(), DATA_KEY, sealer);
        byte[] opened = SealedRecord.opened(record.key(), stored, KEYS);
        if (!Arrays.equals(opened, record.value())) {
            throw new IllegalStateException("it is opened as something else than was sealed");
        }
        if (record.isVersion()) {
            Version.decode(Bytes.wrap(opened));
        }
        return opened;
    }

    private static byte[] sealed(Placed record, Sealer sealer) {
        return new Placed(record.key(), SealedRecord.seal(record.key(), record.value(), DATA_KEY, sealer)).encoded();
    }

    /** Of all kinds that are sealed. */
    private static byte[] sample(SplittableRandom random) {
        byte[] kinds = SealedRecord.wholeKinds();
        int kind = random.nextInt(kinds.length + 3);
        byte[] value = new byte[random.nextInt(24)];
        random.nextBytes(value);
        byte[] key = new byte[1 + random.nextInt(12)];
        random.nextBytes(key);
        if (kind >= kinds.length) {
            key[0] = StoreKeys.VERSION;
            value = new Version(false, number(random), number(random), number(random), Bytes.wrap(value)).encode();
        } else {
            key[0] = kinds[kind];
        }
        return new Placed(key, value).encoded();
    }

    private static long number(SplittableRandom random) {
        return random.nextLong() >>> random.nextInt(64);
    }

    private static FuzzTarget<?> dataKeys() {
        return FuzzTarget.of("store-seal", SealedFuzzTargets::seal, SealedFuzzTargets::decoded, StoreException.class)
                .writtenBy(StoreSeal::encode)
                .within(4096, 64 << 10, 512);
    }

    private static byte[] seal(SplittableRandom random) throws KeyException {
        StoreSeal seal = StoreSeal.first(RING.wrap(KEY, DataKeys.PURPOSE), random.nextBoolean());
        for (int more = random.nextInt(3); more > 0; more--) {
            seal = seal.with(RING.wrap(RING.newDataKey(), DataKeys.PURPOSE));
        }
        return (random.nextBoolean() ? seal.unsettled() : seal.withReserved(number(random))).encode();
    }

    /** As whoever opens a store reads it: a data key that cannot be unwrapped is refused. */
    private static StoreSeal decoded(byte[] input) {
        Optional<SealedView> view = Seals.open(
                key -> Arrays.equals(key, StoreKeys.SEAL) ? Optional.of(input) : Optional.empty(), Optional.of(RING));
        StoreSeal seal = StoreSeal.in(key -> Optional.of(input)).orElseThrow();
        List<DataKey> all = new ArrayList<>();
        seal.keys().forEach(key -> all.add(view.orElseThrow().keys().key(key.number())));
        if (all.isEmpty() || seal.masterKeyIds().isEmpty()) {
            throw new IllegalStateException("a store without data keys was taken for sealed");
        }
        // What a store does with it once all is sealed: a key that seals must be left.
        seal.asSettled().current();
        return seal;
    }

    @SuppressWarnings("ArrayRecordComponent") // It is never compared.
    private record Placed(byte[] key, byte[] value) {

        static Placed of(byte[] input) {
            int keySize = input.length == 0 ? 0 : Math.min(Byte.toUnsignedInt(input[0]), input.length - 1);
            int end = Math.min(1 + keySize, input.length);
            return new Placed(
                    Arrays.copyOfRange(input, Math.min(1, input.length), end),
                    Arrays.copyOfRange(input, end, input.length));
        }

        byte[] encoded() {
            byte[] encoded = new byte[1 + key.length + value.length];
            encoded[0] = (byte) key.length;
            System.arraycopy(key, 0, encoded, 1, key.length);
            System.arraycopy(value, 0, encoded, 1 + key.length, value.length);
            return encoded;
        }

        boolean isVersion() {
            return key.length > 0 && StoreKeys.isVersion(key);
        }
    }
}
