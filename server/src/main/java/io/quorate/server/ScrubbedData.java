package io.quorate.server;

import io.quorate.engine.RaftNode;
import io.quorate.server.healing.MemberScrub;
import io.quorate.server.healing.ScrubReport;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Everything that a member has on its disk: log, snapshots and state. */
record ScrubbedData(Supplier<Incarnation> incarnation) implements MemberScrub.Target {

    @Override
    public long bytes() {
        return incarnation.get().node().scrubBytes();
    }

    @Override
    public ScrubReport read(LongConsumer onRead) throws IOException {
        Incarnation present = incarnation.get();
        RaftNode.Scrubbed files = present.node().scrub(onRead);
        return new ScrubReport(files.log(), files.snapshots(), List.of(), List.of());
    }
}
