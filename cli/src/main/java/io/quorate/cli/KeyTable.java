package io.quorate.cli;

import io.quorate.server.proto.mvccpb.KeyValue;
import java.util.List;

/** Keys and values as a table for people. */
final class KeyTable {

    private KeyTable() {}

    static Table of(List<KeyValue> keyValues, boolean withValues) {
        if (!withValues) {
            Table table = new Table("KEY", "REVISION", "VERSION");
            keyValues.forEach(keyValue -> table.add(key(keyValue), revision(keyValue), version(keyValue)));
            return table;
        }
        // Values can be long, so they come last, where nothing is aligned after them.
        Table table = new Table("KEY", "REVISION", "VERSION", "VALUE");
        keyValues.forEach(keyValue ->
                table.add(key(keyValue), revision(keyValue), version(keyValue), KeyText.escaped(keyValue.getValue())));
        return table;
    }

    /** Returns {@code "1 key"}, {@code "2 keys"}. */
    static String count(long keys) {
        return keys + (keys == 1 ? " key" : " keys");
    }

    private static String key(KeyValue keyValue) {
        return KeyText.escaped(keyValue.getKey());
    }

    private static String revision(KeyValue keyValue) {
        return Long.toString(keyValue.getModRevision());
    }

    private static String version(KeyValue keyValue) {
        return Long.toString(keyValue.getVersion());
    }
}
