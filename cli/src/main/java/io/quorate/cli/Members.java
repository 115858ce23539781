package io.quorate.cli;

import io.quorate.server.MemberReplacement;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What runs the members of this process: the one place where the commands meet the server. */
final class Members {

    private Members() {}

    static MemberFactory factory() {
        return config -> new RunningMember(MemberServer.start(config));
    }

    /**
     * Has a member that has lost its data replaced by a new one.
     *
     * @return what the new one is to be started with
     * @throws CommandFailed if the cluster or the data directory does not allow it
     */
    static ServerConfig replace(ServerConfig config) {
        try {
            return MemberReplacement.prepare(config);
        } catch (IOException e) {
            String reason = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new CommandFailed(ExitCode.FAILED, "cannot replace member " + config.name() + ": " + reason, e);
        }
    }

    private record RunningMember(MemberServer member) implements MemberHandle {

        @Override
        public ServerConfig config() {
            return member.config();
        }

        @Override
        public OptionalLong memberId() {
            return OptionalLong.of(member.memberId());
        }

        @Override
        public CompletableFuture<Void> ready() {
            return member.ready();
        }

        @Override
        public CompletableFuture<Void> silenced() {
            return member.silenced();
        }

        @Override
        public CompletableFuture<Void> stopped() {
            return member.stopped();
        }

        @Override
        public void close() {
            member.close();
        }
    }
}
