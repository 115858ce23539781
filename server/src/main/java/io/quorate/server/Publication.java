package io.quorate.server;

import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.PublishMember;
import io.quorate.kv.Result;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells all members, through the log, how this one is called and where it serves clients; tries until it is done.
 *
 * <p>When it is done there is a leader, and this member has applied everything that was committed before its start.
 */
final class Publication {

    private static final Logger LOG = LoggerFactory.getLogger(Publication.class);
    private static final long RETRY_DELAY_MILLIS = 100;

    private final RaftNode<Result> node;
    private final byte[] command;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    private Publication(RaftNode<Result> node, PublishMember member) {
        this.node = node;
        this.command = CommandCodec.encode(member);
    }

    /** Completes when it is done; fails if the node stops before that. */
    static CompletableFuture<Void> begin(RaftNode<Result> node, PublishMember member) {
        Publication publication = new Publication(node, member);
        publication.attempt();
        return publication.done;
    }

    private void attempt() {
        var unused = node.propose(ByteBuffer.wrap(command)).whenComplete(this::ended);
    }

    private void ended(@Nullable Result result, @Nullable Throwable failure) {
        if (failure == null) {
            LOG.debug("published: {}", result);
            done.complete(null);
        } else if (failure instanceof RaftException.Witness witness && witness.committed()) {
            LOG.debug("published: {}", failure.getMessage());
            done.complete(null);
        } else if (failure instanceof RaftException.Stopped) {
            done.completeExceptionally(failure);
        } else {
            LOG.info("waiting for a leader: {}", failure.getMessage());
            Pause.of(RETRY_DELAY_MILLIS).execute(this::attempt);
        }
    }
}
