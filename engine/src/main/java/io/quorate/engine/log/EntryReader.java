package io.quorate.engine.log;

import java.io.IOException;
import java.util.List;

/** Reads entries that are durable from where they lie. */
interface EntryReader {

    /**
     * Adds entries to a list.
     *
     * @param index says where the entries lie
     * @throws IOException if one cannot be read or is damaged
     */
    void read(EntryIndex index, long firstIndex, long lastIndex, List<EntryFrame> into) throws IOException;
}
