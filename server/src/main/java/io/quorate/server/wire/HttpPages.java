package io.quorate.server.wire;

import io.grpc.Status;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Answers {@code GET /health} and {@code GET /version} as etcd does, on one HTTP/1.1 connection. */
public final class HttpPages extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** The release of etcd whose API is served; clients choose their paths and features by it. */
    public static final String ETCD_VERSION = "3.4.23";

    /** The version that the cluster as a whole tells: its minor release. */
    public static final String ETCD_CLUSTER_VERSION = "3.4.0";

    /**
     * A page of JSON, asked on an event loop: it must not block. {@code token} is what the header {@code Authorization} says
     * of who asks; answers fail with a {@link io.grpc.StatusRuntimeException} if that does not do.
     */
    public interface JsonPage {

        /** What {@code GET} answers. */
        CompletableFuture<String> get(Optional<String> token);

        /** Does what {@code POST} asks for, and answers; a page that is only looked at takes none. */
        default CompletableFuture<String> post(Optional<String> token) {
            return CompletableFuture.failedFuture(Status.UNIMPLEMENTED
                    .withDescription("This path answers GET alone.")
                    .asRuntimeException());
        }
    }

    /** Tells whether a member is well; asked on an event loop, so it must not block. */
    @FunctionalInterface
    public interface Health {

        /**
         * Whether it is.
         *
         * @param excludedAlarms the names of the types of alarms that do not matter to who asks
         * @param serializable whether it does not matter, either, that there is no leader
         */
        boolean isGood(Set<String> excludedAlarms, boolean serializable);
    }

    private final Health health;
    private final Map<String, JsonPage> pages;

    public HttpPages(Health health) {
        this(health, Map.of());
    }

    /** As {@link #HttpPages(Health)}, with more pages, by their paths. */
    public HttpPages(Health health, Map<String, JsonPage> pages) {
        this.health = health;
        this.pages = Map.copyOf(pages);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        var unused = answer(request)
                .thenAccept(answer ->
                        ctx.writeAndFlush(answer).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE));
    }

    private CompletableFuture<FullHttpResponse> answer(FullHttpRequest request) {
        QueryStringDecoder url = new QueryStringDecoder(request.uri());
        JsonPage page = pages.get(url.rawPath());
        return page == null ? CompletableFuture.completedFuture(answer(url, request)) : answer(page, request);
    }

    private FullHttpResponse answer(QueryStringDecoder url, FullHttpRequest request) {
        return switch (url.rawPath()) {
            case "/health" -> request.method().equals(HttpMethod.GET) ? health(url) : HttpAnswers.only(HttpMethod.GET);
            case "/version" -> request.method().equals(HttpMethod.GET) ? version() : HttpAnswers.only(HttpMethod.GET);
            default -> nothing();
        };
    }

    private static FullHttpResponse nothing() {
        return HttpAnswers.text(
                HttpResponseStatus.NOT_FOUND,
                "There is nothing at this path; HTTP/1.1 clients find /v3/..., /health, /livez, /readyz, /metrics and"
                        + " /version here.");
    }

    private static CompletableFuture<FullHttpResponse> answer(JsonPage page, FullHttpRequest request) {
        Optional<String> token = Optional.ofNullable(request.headers().get(HttpHeaderNames.AUTHORIZATION));
        CompletableFuture<String> body;
        if (request.method().equals(HttpMethod.GET)) {
            body = page.get(token);
        } else if (request.method().equals(HttpMethod.POST)) {
            body = page.post(token);
        } else {
            return CompletableFuture.completedFuture(getOrPost());
        }
        return body.thenApply(json -> HttpAnswers.json(HttpResponseStatus.OK, json))
                .exceptionally(HttpPages::failure);
    }

    private static FullHttpResponse failure(Throwable failure) {
        Status status = Status.fromThrowable(failure);
        HttpResponseStatus http = switch (status.getCode()) {
            // Without a token, or with one that is none.
            case INVALID_ARGUMENT, UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case UNIMPLEMENTED -> HttpResponseStatus.METHOD_NOT_ALLOWED;
            default -> HttpResponseStatus.SERVICE_UNAVAILABLE;
        };
        String why = status.getDescription();
        return HttpAnswers.text(http, why == null ? status.getCode().toString() : why);
    }

    private static FullHttpResponse getOrPost() {
        FullHttpResponse response =
                HttpAnswers.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "This path answers GET and POST alone.");
        response.headers().set(HttpHeaderNames.ALLOW, "GET, POST");
        return response;
    }

    /** As in etcd, {@code ?exclude=NOSPACE} leaves an alarm out, as often as it is said, and {@code ?serializable=true} the leader. */
    private FullHttpResponse health(QueryStringDecoder url) {
        Map<String, List<String>> query;
        try {
            query = url.parameters();
        } catch (IllegalArgumentException e) {
            return HttpAnswers.text(HttpResponseStatus.BAD_REQUEST, "The query in this URL cannot be read.");
        }
        Set<String> excluded = Set.copyOf(query.getOrDefault("exclude", List.of()));
        boolean serializable =
                query.getOrDefault("serializable", List.of("")).getFirst().equals("true");
        return health.isGood(excluded, serializable)
                ? HttpAnswers.json(HttpResponseStatus.OK, "{\"health\":\"true\"}")
                : HttpAnswers.json(HttpResponseStatus.SERVICE_UNAVAILABLE, "{\"health\":\"false\"}");
    }

    private static FullHttpResponse version() {
        return HttpAnswers.json(
                HttpResponseStatus.OK,
                "{\"etcdserver\":\"" + ETCD_VERSION + "\",\"etcdcluster\":\"" + ETCD_CLUSTER_VERSION + "\"}");
    }
}
