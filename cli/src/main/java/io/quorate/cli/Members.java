package io.quorate.cli;

import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** What runs the members of this process: the one place where the commands meet the server. */
final class Members {

    private Members() {}

    static MemberFactory factory() {
        return config -> new RunningMember(MemberServer.start(config));
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
        public CompletableFuture<Void> stopped() {
            return member.stopped();
        }

        @Override
        public void close() {
            member.close();
        }
    }
}
