package io.quorate.server;

import io.quorate.server.api.Clients;
import io.quorate.server.report.ReportJson;
import io.quorate.server.wire.HttpPages;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * The page at {@link MemberServer#REPORT_PATH}: what the member knows of itself and of the others, whether there is a leader or not.
 * Once authentication is enabled, it is for operators.
 *
 * @param clients tells who does, by the state as it is by then
 */
record ReportPage(OwnReport report, Supplier<Clients> clients) implements HttpPages.JsonPage {

    @Override
    public CompletableFuture<String> get(Optional<String> token) {
        // It asks the file system, which may take its time.
        return clients.get()
                .requireOperator(token)
                .thenApplyAsync(
                        allowed -> ReportJson.write(report.now()),
                        task -> Thread.ofVirtual().name("quorate-page").start(task));
    }
}
