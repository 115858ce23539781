package io.quorate.server;

import io.quorate.server.api.Clients;
import io.quorate.server.wire.HttpPages;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The page at {@link MemberServer#RESTART_PATH}: POST has the member close its data and open them anew, which is a restart of all but the
 * process; both ways tell how often it has done so. Once authentication is enabled, it is for operators.
 *
 * @param clients tells who does, by the state as it is by then
 */
record RestartPage(MemberHealing healing, Supplier<Clients> clients, Supplier<Status> status)
        implements HttpPages.JsonPage {

    /**
     * How far a restart is.
     *
     * @param incarnation how often the data were opened
     * @param serving whether clients are served
     */
    record Status(long incarnation, boolean serving) {

        String json() {
            return "{\"incarnation\":" + incarnation + ",\"serving\":" + serving + "}";
        }
    }

    @Override
    public CompletableFuture<String> get(Optional<String> token) {
        return clients.get()
                .requireOperator(token)
                .thenApply(allowed -> status.get().json());
    }

    @Override
    public CompletableFuture<String> post(Optional<String> token) {
        return clients.get().requireOperator(token).thenApply(allowed -> {
            String before = status.get().json();
            healing.restartAsked().ifPresent(why -> {
                throw io.grpc.Status.FAILED_PRECONDITION
                        .withDescription("etcdserver: " + why)
                        .asRuntimeException();
            });
            return before;
        });
    }
}
