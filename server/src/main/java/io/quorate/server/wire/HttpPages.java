package io.quorate.server.wire;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** Answers {@code GET /health} and {@code GET /version} as etcd does, on one HTTP/1.1 connection. */
public final class HttpPages extends SimpleChannelInboundHandler<FullHttpRequest> {

    /** The release of etcd whose API is served; clients choose their paths and features by it. */
    public static final String ETCD_VERSION = "3.4.23";

    /** The version that the cluster as a whole tells: its minor release. */
    public static final String ETCD_CLUSTER_VERSION = "3.4.0";

    /** A page of JSON, asked on an event loop: it must not block. */
    public interface JsonPage {

        /** What {@code GET} answers. */
        String get();

        /** Does what {@code POST} asks for, and answers. */
        String post();
    }

    private final BooleanSupplier healthy;
    private final Map<String, JsonPage> pages;

    /** Answers with the health that {@code healthy} tells, which is asked on an event loop and must not block. */
    public HttpPages(BooleanSupplier healthy) {
        this(healthy, Map.of());
    }

    /** As {@link #HttpPages(BooleanSupplier)}, with more pages, by their paths. */
    public HttpPages(BooleanSupplier healthy, Map<String, JsonPage> pages) {
        this.healthy = healthy;
        this.pages = Map.copyOf(pages);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
        ctx.writeAndFlush(answer(request)).addListener(ChannelFutureListener.FIRE_EXCEPTION_ON_FAILURE);
    }

    private FullHttpResponse answer(FullHttpRequest request) {
        String path = new QueryStringDecoder(request.uri()).rawPath();
        return switch (path) {
            case "/health" -> request.method().equals(HttpMethod.GET) ? health() : HttpAnswers.only(HttpMethod.GET);
            case "/version" -> request.method().equals(HttpMethod.GET) ? version() : HttpAnswers.only(HttpMethod.GET);
            default -> {
                JsonPage page = pages.get(path);
                yield page == null ? nothing() : answer(page, request.method());
            }
        };
    }

    private static FullHttpResponse nothing() {
        return HttpAnswers.text(
                HttpResponseStatus.NOT_FOUND,
                "There is nothing at this path; HTTP/1.1 clients find /v3/..., /health, /livez, /readyz, /metrics and /version here.");
    }

    private static FullHttpResponse answer(JsonPage page, HttpMethod method) {
        if (method.equals(HttpMethod.GET)) {
            return HttpAnswers.json(HttpResponseStatus.OK, page.get());
        }
        if (method.equals(HttpMethod.POST)) {
            return HttpAnswers.json(HttpResponseStatus.OK, page.post());
        }
        FullHttpResponse response =
                HttpAnswers.text(HttpResponseStatus.METHOD_NOT_ALLOWED, "This path answers GET and POST alone.");
        response.headers().set(HttpHeaderNames.ALLOW, "GET, POST");
        return response;
    }

    private FullHttpResponse health() {
        return healthy.getAsBoolean()
                ? HttpAnswers.json(HttpResponseStatus.OK, "{\"health\":\"true\"}")
                : HttpAnswers.json(HttpResponseStatus.SERVICE_UNAVAILABLE, "{\"health\":\"false\"}");
    }

    private static FullHttpResponse version() {
        return HttpAnswers.json(
                HttpResponseStatus.OK,
                "{\"etcdserver\":\"" + ETCD_VERSION + "\",\"etcdcluster\":\"" + ETCD_CLUSTER_VERSION + "\"}");
    }
}
