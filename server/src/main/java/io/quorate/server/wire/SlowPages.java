package io.quorate.server.wire;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers GET at paths whose pages take time to make, on one connection; other paths are handed on. */
public final class SlowPages extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(SlowPages.class);

    /** A page that is made anew for each request, on a thread that may block. */
    @FunctionalInterface
    public interface Page {

        /**
         * Makes the page.
         *
         * @param query the parameters in the URL, by name; one without a value has the empty one
         */
        FullHttpResponse get(Map<String, List<String>> query) throws InterruptedException;
    }

    private final Map<String, Page> pages;

    /** @param pages by path */
    public SlowPages(Map<String, Page> pages) {
        this.pages = Map.copyOf(pages);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (message instanceof FullHttpRequest request) {
            QueryStringDecoder url = new QueryStringDecoder(request.uri());
            Page page = pages.get(url.rawPath());
            if (page != null) {
                request.release();
                answer(ctx, request.method(), page, url);
                return;
            }
        }
        super.channelRead(ctx, message);
    }

    private static void answer(ChannelHandlerContext ctx, HttpMethod method, Page page, QueryStringDecoder url) {
        if (!method.equals(HttpMethod.GET)) {
            send(ctx, HttpAnswers.only(HttpMethod.GET));
            return;
        }
        Thread.ofVirtual().name("quorate-page").start(() -> send(ctx, make(page, url)));
    }

    private static FullHttpResponse make(Page page, QueryStringDecoder url) {
        try {
            return page.get(url.parameters());
        } catch (IllegalArgumentException e) {
            return HttpAnswers.text(HttpResponseStatus.BAD_REQUEST, "The query in this URL cannot be read.");
        } catch (InterruptedException | RuntimeException e) {
            LOG.warn("The page {} could not be made.", url.rawPath(), e);
            return HttpAnswers.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "This page could not be made.");
        }
    }

    private static void send(ChannelHandlerContext ctx, FullHttpResponse answer) {
        ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
