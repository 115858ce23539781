package io.quorate.server.api;

import io.quorate.engine.RaftNode;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;

/** Makes the header of this member's answers. Thread-safe. */
public final class Headers {

    private final RaftNode<?> node;
    private final long clusterId;

    public Headers(RaftNode<?> node, long clusterId) {
        this.node = node;
        this.clusterId = clusterId;
    }

    /** The header of an answer that was true at a revision of the store. */
    ResponseHeader at(long revision) {
        return builder().setRevision(revision).build();
    }

    /** The header of an answer that has nothing to do with the store. */
    ResponseHeader withoutRevision() {
        return builder().build();
    }

    private ResponseHeader.Builder builder() {
        return ResponseHeader.newBuilder()
                .setClusterId(clusterId)
                .setMemberId(node.self().value())
                .setRaftTerm(node.status().term());
    }
}
