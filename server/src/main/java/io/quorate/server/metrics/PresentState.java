package io.quorate.server.metrics;

import io.quorate.core.CoreStatus;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.LogSealing;
import io.quorate.kv.MvccStore;

/**
 * What a member has at one moment.
 *
 * @param sending how it sends entries, and what has come of it
 * @param sealing how much of its log is sealed with which key
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
        int watchers,
        boolean healthy,
        boolean fenced,
        long incarnation) {}
