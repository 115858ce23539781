package io.quorate.cli;

import io.quorate.server.ServerConfig;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** One member that runs in this process; safe for use by many threads. */
interface MemberHandle extends AutoCloseable {

    ServerConfig config();

    /** The member's id, or empty while it is not known yet. */
    OptionalLong memberId();

    /** Completes once the member serves clients; exceptionally if it stops before that. */
    CompletableFuture<Void> ready();

    /**
     * Completes exceptionally, with the reason, once the member takes no part any more and stays for its pages alone; it has not stopped
     * then. Otherwise it never completes.
     */
    CompletableFuture<Void> silenced();

    /** Completes once the member has stopped: normally after {@link #close}, exceptionally with what stopped it. */
    CompletableFuture<Void> stopped();

    /** Stops the member and returns once everything that it has acknowledged is on disk; does nothing the second time. */
    @Override
    void close();
}
