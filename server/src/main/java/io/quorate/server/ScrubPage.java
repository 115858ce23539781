package io.quorate.server;

import io.quorate.server.api.Clients;
import io.quorate.server.healing.MemberScrub;
import io.quorate.server.wire.HttpPages;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The page at {@link MemberServer#SCRUB_PATH}: POST begins a scrub unless one runs, and both ways tell how far it is. Once
 * authentication is enabled, it is for operators.
 *
 * @param clients tells who does, by the state as it is by then
 */
record ScrubPage(MemberScrub scrub, Supplier<Clients> clients) implements HttpPages.JsonPage {

    @Override
    public CompletableFuture<String> get(Optional<String> token) {
        return clients.get()
                .requireOperator(token)
                .thenApply(allowed -> scrub.status().json());
    }

    @Override
    public CompletableFuture<String> post(Optional<String> token) {
        return clients.get()
                .requireOperator(token)
                .thenApply(allowed -> scrub.request().json());
    }
}
