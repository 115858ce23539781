package io.quorate.core;

import io.quorate.core.quorum.Configuration;

/**
 * What a snapshot stands for: the last entry that it covers, and the configuration in force there with that
 * configuration's own index (corner case 18).
 *
 * @param last the last entry included (paper section 7: lastIncludedTerm, lastIncludedIndex)
 * @param configuration the latest configuration at or before {@code last}
 * @param configurationIndex the index of the entry that brought that configuration; 0 for the bootstrap one
 */
public record SnapshotMeta(EntryId last, Configuration configuration, long configurationIndex) {}
