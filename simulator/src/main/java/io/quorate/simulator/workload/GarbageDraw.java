package io.quorate.simulator.workload;

import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.Put;
import io.quorate.kv.Txn;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Draws proposals that no server would let pass: bytes at random, commands that are cut off or go on too long, and
 * commands that have to be refused when they are applied, if nobody did so before.
 */
final class GarbageDraw {

    private static final int MAX_BYTES = 40;
    private static final Bytes KEY = Bytes.utf8("register/0");
    private static final Bytes VALUE = Bytes.utf8("never written");

    private GarbageDraw() {}

    static byte[] draw(SplittableRandom random) {
        byte[] sound = CommandCodec.encode(Put.of(KEY, VALUE));
        return switch (random.nextInt(8)) {
            case 0 -> noise(random);
            case 1 -> Arrays.copyOf(sound, 1 + random.nextInt(sound.length - 1));
            case 2 -> Arrays.copyOf(sound, sound.length + 1 + random.nextInt(MAX_BYTES));
            case 3 -> CommandCodec.encode(Put.of(Bytes.empty(), VALUE));
            case 4 -> CommandCodec.encode(new Put(KEY, VALUE, 0, true, true, false));
            case 5 -> CommandCodec.encode(DeleteRange.of(Bytes.empty()));
            case 6 -> CommandCodec.encode(new Compact(Long.MAX_VALUE, false));
            default ->
                CommandCodec.encode(new Txn(List.of(), List.of(Put.of(KEY, VALUE), Put.of(KEY, VALUE)), List.of()));
        };
    }

    /** A version that no release has, so that it cannot be a command by chance. */
    private static byte[] noise(SplittableRandom random) {
        byte[] bytes = new byte[1 + random.nextInt(MAX_BYTES)];
        random.nextBytes(bytes);
        bytes[0] |= (byte) 0x80;
        return bytes;
    }
}
