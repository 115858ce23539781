package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;

/** A message under way, with the content that travels beside it. */
record Envelope(
        MemberId from,
        MemberId to,
        Message message,
        List<TestEntry> entries,
        Optional<SimulatedDisk.Snapshot> snapshot) {}
