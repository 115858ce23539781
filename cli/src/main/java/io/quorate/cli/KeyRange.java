package io.quorate.cli;

import com.google.protobuf.ByteString;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The keys that a command is about: one, those with a prefix, or those of a range. */
final class KeyRange {

    /** As a range's end: no end. As its start: the least key there is. Source: etcd API, RangeRequest. */
    private static final ByteString ZERO_BYTE = ByteString.copyFrom(new byte[] {0});

    @Parameters(index = "0", paramLabel = "<key>", description = "The key, or the first one of a range.")
    String key = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "<range-end>",
            description = "Where the range ends; this key itself does not belong to it.")
    String rangeEnd = "";

    @Option(names = "--prefix", description = "All keys that begin with <key>; '' stands for all keys.")
    boolean prefix;

    @Option(names = "--from-key", description = "All keys from <key> on; '' stands for all keys.")
    boolean fromKey;

    ByteString start() {
        requireOneKindOfRange();
        ByteString start = KeyText.bytes("the key", key);
        return start.isEmpty() && (prefix || fromKey) ? ZERO_BYTE : start;
    }

    /** Returns the key at which the range ends, exclusively; empty for a single key. */
    ByteString end() {
        requireOneKindOfRange();
        if (fromKey) {
            return ZERO_BYTE;
        }
        return prefix ? endOfPrefix(KeyText.bytes("the key", key)) : KeyText.bytes("the range's end", rangeEnd);
    }

    private void requireOneKindOfRange() {
        if ((prefix ? 1 : 0) + (fromKey ? 1 : 0) + (rangeEnd.isEmpty() ? 0 : 1) > 1) {
            throw CommandFailed.usage("--prefix, --from-key and a range's end exclude each other; give one of them");
        }
    }

    /** The least key that is greater than all keys with the prefix. */
    private static ByteString endOfPrefix(ByteString prefix) {
        int last = prefix.size() - 1;
        while (last >= 0 && prefix.byteAt(last) == (byte) 0xff) {
            last--;
        }
        if (last < 0) {
            return ZERO_BYTE;
        }
        byte[] end = prefix.substring(0, last + 1).toByteArray();
        end[last]++;
        return ByteString.copyFrom(end);
    }
}
