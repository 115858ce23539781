package io.quorate.cli;

import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members that one process runs, stopped when the process is asked to end.
 *
 * <p>Safe for use by many threads; {@link #close} may come from the thread that handles a signal.
 */
final class RunningMembers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningMembers.class);

    private final List<MemberHandle> members;

    private RunningMembers(List<MemberHandle> members) {
        this.members = List.copyOf(members);
    }

    /**
     * Starts a member for each configuration; when one fails, those before it are stopped again.
     *
     * @throws CommandFailed if a member cannot be started
     */
    static RunningMembers start(MemberFactory factory, List<ServerConfig> configs) {
        List<MemberHandle> started = new ArrayList<>();
        for (ServerConfig config : configs) {
            try {
                started.add(factory.start(config));
            } catch (IOException | RuntimeException e) {
                new RunningMembers(started).close();
                throw failure("cannot start member " + config.name(), e);
            }
        }
        RunningMembers running = new RunningMembers(started);
        Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop-members"));
        return running;
    }

    List<MemberHandle> all() {
        return members;
    }

    /**
     * Waits until every member serves.
     *
     * @throws CommandFailed as soon as one stops before that, or does not take part
     */
    void awaitReady() {
        awaitAll(MemberHandle::ready, member -> "member " + member.config().name() + " failed to start");
    }

    /**
     * Waits until all members have stopped, because they were asked to or were removed from the cluster.
     *
     * @throws CommandFailed as soon as one stops for another reason, or takes no part any more
     */
    void awaitStop() {
        awaitAll(MemberHandle::stopped, member -> "a member stopped");
    }

    /** Side by side: one may wait for the others, and never know that they have failed. */
    private void awaitAll(
            Function<MemberHandle, CompletableFuture<Void>> event, Function<MemberHandle, String> otherwise) {
        CompletableFuture<?>[] events = members.stream()
                .map(member -> orSilence(member, event.apply(member))
                        .exceptionallyCompose(
                                failure -> CompletableFuture.failedFuture(failure(otherwise.apply(member), failure))))
                .toArray(CompletableFuture[]::new);
        CompletableFuture<Void> end = CompletableFuture.allOf(events);
        for (CompletableFuture<?> each : events) {
            var unused = each.whenComplete((nothing, failure) -> {
                if (failure != null) {
                    end.completeExceptionally(failure);
                }
            });
        }
        try {
            end.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CommandFailed failed ? failed : e;
        }
    }

    /**
     * Several members run all together or not at all: nobody could bring one of them back by itself. A single one that takes no part any
     * more stays, so that it can be asked why.
     */
    private CompletableFuture<Void> orSilence(MemberHandle member, CompletableFuture<Void> event) {
        return members.size() == 1
                ? event
                : CompletableFuture.anyOf(event, member.silenced()).thenRun(() -> {});
    }

    @Override
    public void close() {
        // Side by side: each member waits for its own disk.
        List<Thread> closing = members.stream()
                .map(member -> Thread.ofPlatform()
                        .name("stop-" + member.config().name())
                        .start(() -> close(member)))
                .toList();
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(MemberHandle member) {
        try {
            member.close();
        } catch (RuntimeException e) {
            LOG.error("member {} did not stop cleanly", member.config().name(), e);
        }
    }

    private static CommandFailed failure(String what, Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        LOG.debug("{}", what, cause);
        if (cause instanceof CommandFailed failed) {
            return failed;
        }
        String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
        return new CommandFailed(ExitCode.FAILED, what + ": " + reason, cause);
    }
}
