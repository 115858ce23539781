package io.quorate.cli;

import io.quorate.server.ServerConfig;
import java.io.IOException;

/** Starts members in this process. */
@FunctionalInterface
interface MemberFactory {

    /**
     * Opens the member's data, binds its ports and returns while it is still looking for its peers.
     *
     * @throws IOException if the data cannot be opened or a port cannot be bound; the message is one sentence for the user
     */
    MemberHandle start(ServerConfig config) throws IOException;
}
