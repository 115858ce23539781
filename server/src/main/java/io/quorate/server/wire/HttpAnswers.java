package io.quorate.server.wire;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.nio.charset.StandardCharsets;

/** Whole answers of HTTP/1.1, with the headers that each needs. */
public final class HttpAnswers {

    private HttpAnswers() {}

    /** An answer of JSON. */
    public static FullHttpResponse json(HttpResponseStatus status, String body) {
        return of(status, "application/json", body);
    }

    /** One sentence, for people. */
    public static FullHttpResponse text(HttpResponseStatus status, String sentence) {
        return of(status, "text/plain; charset=utf-8", sentence + "\n");
    }

    /** The answer to a method that a path does not serve. */
    public static FullHttpResponse only(HttpMethod method) {
        FullHttpResponse response =
                text(HttpResponseStatus.METHOD_NOT_ALLOWED, "This path answers " + method + " alone.");
        response.headers().set(HttpHeaderNames.ALLOW, method);
        return response;
    }

    /** An answer of any type, in UTF-8. */
    public static FullHttpResponse of(HttpResponseStatus status, String type, String body) {
        var content = Unpooled.wrappedBuffer(body.getBytes(StandardCharsets.UTF_8));
        var response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, content);
        response.headers()
                .set(HttpHeaderNames.CONTENT_TYPE, type)
                .setInt(HttpHeaderNames.CONTENT_LENGTH, content.readableBytes());
        return response;
    }
}
