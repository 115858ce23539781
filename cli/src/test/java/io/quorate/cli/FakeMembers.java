package io.quorate.cli;

import io.quorate.server.ServerConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Members that do nothing but remember how they were started and stopped. */
final class FakeMembers implements MemberFactory {

    private final List<Member> started = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> ready;
    private final CompletableFuture<Void> firstStop;
    private final Map<String, CompletableFuture<Void>> silenced = new HashMap<>();

    private FakeMembers(CompletableFuture<Void> ready, CompletableFuture<Void> firstStop) {
        this.ready = ready;
        this.firstStop = firstStop;
    }

    /** Members that are ready at once, and stop as soon as somebody waits for it. */
    static FakeMembers thatStopAtOnce() {
        return new FakeMembers(CompletableFuture.completedFuture(null), CompletableFuture.completedFuture(null));
    }

    /** Members that are ready at once, and stop when they are told to. */
    static FakeMembers thatStayReady() {
        return new FakeMembers(CompletableFuture.completedFuture(null), new CompletableFuture<>());
    }

    static FakeMembers thatStopWith(Exception failure) {
        return new FakeMembers(CompletableFuture.completedFuture(null), CompletableFuture.failedFuture(failure));
    }

    static FakeMembers thatFailToGetReady(Exception failure) {
        return new FakeMembers(CompletableFuture.failedFuture(failure), new CompletableFuture<>());
    }

    static FakeMembers thatNeverGetReady() {
        return new FakeMembers(new CompletableFuture<>(), new CompletableFuture<>());
    }

    /** These, of which one takes no part any more. */
    FakeMembers withSilenced(String name, Exception reason) {
        silenced.put(name, CompletableFuture.failedFuture(reason));
        return this;
    }

    /** All stop, as if each had been asked to. */
    void stop() {
        firstStop.complete(null);
    }

    @Override
    public MemberHandle start(ServerConfig config) {
        Member member = new Member(
                config,
                started.size() + 0xa0L,
                ready,
                silenced.getOrDefault(config.name(), new CompletableFuture<>()),
                firstStop);
        started.add(member);
        return member;
    }

    List<ServerConfig> configs() {
        return started.stream().map(Member::config).toList();
    }

    boolean allClosed() {
        return started.stream().allMatch(member -> member.closed.isDone());
    }

    private static final class Member implements MemberHandle {

        private final ServerConfig config;
        private final long id;
        private final CompletableFuture<Void> ready;
        private final CompletableFuture<Void> silenced;
        private final CompletableFuture<Void> stopped;
        private final CompletableFuture<Void> closed = new CompletableFuture<>();

        Member(
                ServerConfig config,
                long id,
                CompletableFuture<Void> ready,
                CompletableFuture<Void> silenced,
                CompletableFuture<Void> stopped) {
            this.config = config;
            this.id = id;
            this.ready = ready;
            this.silenced = silenced;
            this.stopped = stopped;
        }

        @Override
        public ServerConfig config() {
            return config;
        }

        @Override
        public OptionalLong memberId() {
            return OptionalLong.of(id);
        }

        @Override
        public CompletableFuture<Void> ready() {
            return ready;
        }

        @Override
        public CompletableFuture<Void> silenced() {
            return silenced;
        }

        @Override
        public CompletableFuture<Void> stopped() {
            return stopped;
        }

        @Override
        public void close() {
            closed.complete(null);
        }
    }
}
