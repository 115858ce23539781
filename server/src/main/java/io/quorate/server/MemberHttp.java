package io.quorate.server;

import io.netty.channel.ChannelHandler;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.quorate.engine.RaftException;
import io.quorate.kv.Alarm;
import io.quorate.kv.Bytes;
import io.quorate.kv.Range;
import io.quorate.kv.StoreException;
import io.quorate.server.HealthPage.Check;
import io.quorate.server.gateway.JsonGateway;
import io.quorate.server.metrics.MemberMetrics;
import io.quorate.server.wire.EtcdError;
import io.quorate.server.wire.HttpAnswers;
import io.quorate.server.wire.HttpPages;
import io.quorate.server.wire.SlowPages;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** What a member answers over HTTP/1.1: the JSON gateway, its metrics, and whether it is well. Thread-safe. */
final class MemberHttp {

    private static final Bytes ANY_KEY = Bytes.utf8("health");

    private final JsonGateway gateway;
    private final Map<String, SlowPages.Page> slowPages;
    private final HttpPages.Health health;
    private final Map<String, HttpPages.JsonPage> jsonPages;
    private final Duration requestTimeout;

    /**
     * @param member what serves now
     * @param serving whether clients are served at all
     * @param health what {@code /health} tells
     * @param witness whether nothing can be read: then it is told whether the member runs, and knows a leader
     */
    MemberHttp(
            JsonGateway gateway,
            MemberMetrics metrics,
            Supplier<Incarnation> member,
            BooleanSupplier serving,
            HttpPages.Health health,
            Map<String, HttpPages.JsonPage> jsonPages,
            boolean witness,
            Duration requestTimeout) {
        this.gateway = gateway;
        this.health = health;
        this.jsonPages = jsonPages;
        this.requestTimeout = requestTimeout;
        Check ownRead = new Check(
                "serializable_read", () -> witness ? running(member.get(), serving) : ownRead(member.get(), serving));
        Check quorumRead = new Check(
                "linearizable_read", () -> witness ? leader(member.get(), serving) : quorumRead(member.get(), serving));
        Check sound = new Check("data_corruption", () -> corruption(member.get()));
        this.slowPages = Map.of(
                "/metrics",
                query -> HttpAnswers.of(HttpResponseStatus.OK, MemberMetrics.CONTENT_TYPE, metrics.text()),
                "/livez",
                new HealthPage(List.of(ownRead)),
                "/livez/serializable_read",
                new HealthPage(List.of(ownRead)),
                "/readyz",
                new HealthPage(List.of(sound, ownRead, quorumRead)),
                "/readyz/data_corruption",
                new HealthPage(List.of(sound)),
                "/readyz/serializable_read",
                new HealthPage(List.of(ownRead)),
                "/readyz/linearizable_read",
                new HealthPage(List.of(quorumRead)));
    }

    /** The handlers of one connection. */
    List<ChannelHandler> handlers() {
        return List.of(gateway.newHandler(), new SlowPages(slowPages), new HttpPages(health, jsonPages));
    }

    private static Optional<String> running(Incarnation member, BooleanSupplier serving) {
        if (!serving.getAsBoolean()) {
            return Optional.of(whyNobodyIsServed(member));
        }
        return member.node().stopCause().map(cause -> EtcdError.STOPPED.message());
    }

    private static Optional<String> leader(Incarnation member, BooleanSupplier serving) {
        boolean known = member.node().status().leader().isPresent();
        return running(member, serving).or(() -> known ? Optional.empty() : Optional.of(EtcdError.NO_LEADER.message()));
    }

    private static Optional<String> ownRead(Incarnation member, BooleanSupplier serving) {
        Optional<String> stopped = running(member, serving);
        if (stopped.isPresent()) {
            return stopped;
        }
        try {
            member.memberNode().machine().store().range(Range.of(ANY_KEY));
            return Optional.empty();
        } catch (StoreException | IllegalStateException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static String whyNobodyIsServed(Incarnation member) {
        return "the member serves nobody: "
                + member.newcomer()
                        .waitsFor()
                        .orElse("it starts, stops, mends its data, or waits until users are enabled");
    }

    private Optional<String> quorumRead(Incarnation member, BooleanSupplier serving) throws InterruptedException {
        if (!serving.getAsBoolean()) {
            return Optional.of(whyNobodyIsServed(member));
        }
        try {
            member.node().readIndex().get(requestTimeout.toMillis(), TimeUnit.MILLISECONDS);
            return Optional.empty();
        } catch (TimeoutException e) {
            return Optional.of(EtcdError.TIMEOUT.message());
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            boolean noLeader = member.node().status().leader().isEmpty();
            return Optional.of(
                    noLeader && cause instanceof RaftException
                            ? EtcdError.NO_LEADER.message()
                            : String.valueOf(cause.getMessage()));
        }
    }

    private static Optional<String> corruption(Incarnation member) {
        if (member.fence().isUp()) {
            return Optional.of("this member's state was found to differ");
        }
        boolean alarm = member.memberNode().machine().store().raisedAlarms().stream()
                .anyMatch(raised -> raised.type() == Alarm.Type.CORRUPT);
        return alarm ? Optional.of(EtcdError.CORRUPT.message()) : Optional.empty();
    }
}
