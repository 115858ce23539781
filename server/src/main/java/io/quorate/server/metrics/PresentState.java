package io.quorate.server.metrics;

import io.quorate.core.CoreStatus;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.LogSealing;
import io.quorate.kv.MvccStore;
import io.quorate.server.store.SealedStates;
import java.util.List;

/**
 * What a member has at one moment.
 *
 * @param sending how it sends entries, and what has come of it
 * @param sealing how much of its log is sealed with which key
 * @param states what of its snapshots is, and of a state that it has laid aside
 * @param watchers open watches of all clients
 * @param healthy what {@code /health} tells
 * @param fenced whether clients are kept from it, since its state differs from the others'
 * @param incarnation how often its data was opened
 */
public record PresentState(
        CoreStatus status,
        RaftNode.Sending sending,
        MvccStore store,
        LogSealing sealing,
        List<SealedStates.Kept> states,
        int watchers,
        boolean healthy,
        boolean fenced,
        long incarnation) {}
