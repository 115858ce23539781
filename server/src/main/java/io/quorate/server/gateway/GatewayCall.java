package io.quorate.server.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.DefaultLastHttpContent;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.quorate.server.wire.HttpAnswers;
import io.quorate.server.wire.RelayedConnection;
import io.quorate.server.wire.WorkUnderWay;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request, carried out as a call. A worker reads and writes its JSON; what goes to the client is written by the connection's
 * event loop.
 *
 * <p>A stream's next message is asked for only while the client's socket takes more, so a client that does not read costs no
 * more than the message that waits for it.
 */
final class GatewayCall extends ClientCall.Listener<Message> {

    private static final JsonFormat.Printer PRINTER =
            JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

    /** In etcd's words; gRPC's are about its own insides. */
    private static final Status WAITED_TOO_LONG = Status.DEADLINE_EXCEEDED.withDescription("context deadline exceeded");

    private final ChannelHandlerContext ctx;
    private final JsonGateway gateway;
    private final Route route;
    private final HttpVersion version;
    private final WorkUnderWay.Part work;

    // ---- Guarded by this: the way to the service.
    private @Nullable ClientCall<Message, Message> call;
    private @Nullable JsonMessages requests;
    private boolean over;
    private Optional<String> workNumber = Optional.empty();

    // ---- Of the worker that has the call's turn.
    private String unaryAnswer = "";
    private Status requestFailure = Status.OK;

    // ---- Of the event loop: the way to the client.
    private boolean begun;
    private boolean owesRequest;

    GatewayCall(ChannelHandlerContext ctx, JsonGateway gateway, Route route, HttpVersion version) {
        this.ctx = ctx;
        this.gateway = gateway;
        this.route = route;
        this.version = version;
        this.work = WorkUnderWay.join(ctx.channel());
    }

    // ---- The way to the service, on workers.

    /** Makes the call, or answers why it cannot be made. */
    void begin(HttpHeaders headers, byte[] body) {
        boolean started = false;
        try {
            CallSettings settings = CallSettings.of(headers);
            JsonMessages messages = new JsonMessages(body, route.request(), gateway.maxMessageBytes());
            started = start(settings, first(messages), messages);
        } catch (BadRequestException e) {
            answer(e.status());
        } finally {
            if (!started) {
                work.ended();
            }
        }
    }

    /** Looked at before the call begins, so that a bad request is answered with a status that says so. */
    private Optional<Message> first(JsonMessages messages) throws BadRequestException {
        if (route.takesMany()) {
            return messages.hasNext() ? Optional.of(messages.next()) : Optional.empty();
        }
        Message only = messages.hasNext() ? messages.next() : route.request();
        if (messages.hasNext()) {
            throw BadRequestException.invalid("something follows the JSON object");
        }
        return Optional.of(only);
    }

    /** False if the client has gone already. */
    private synchronized boolean start(CallSettings settings, Optional<Message> first, JsonMessages rest) {
        if (over) {
            return false;
        }
        CallOptions options = CallOptions.DEFAULT;
        if (settings.timeoutNanos().isPresent()) {
            options = options.withDeadlineAfter(settings.timeoutNanos().get(), TimeUnit.NANOSECONDS);
        }
        ClientCall<Message, Message> started = gateway.channel().newCall(route.method(), options);
        call = started;
        RelayedConnection.mark(settings.metadata(), ctx.channel());
        workNumber = Optional.of(gateway.work().begin(settings.metadata(), work));
        started.start(this, settings.metadata());
        // One more than the only answer, so that the end of the call is heard as well.
        started.request(route.answersMany() ? 1 : 2);
        first.ifPresent(started::sendMessage);
        requests = rest;
        sendRequests();
        return true;
    }

    /** Sends what the service is ready to take, and says when that was all. */
    private synchronized void sendRequests() {
        ClientCall<Message, Message> started = call;
        JsonMessages rest = requests;
        try {
            while (started != null && rest != null && !over) {
                if (!rest.hasNext()) {
                    requests = null;
                    started.halfClose();
                    return;
                }
                if (!started.isReady()) {
                    return;
                }
                started.sendMessage(rest.next());
            }
        } catch (BadRequestException e) {
            requestFailure = e.status();
            over = true;
            started.cancel(e.getMessage(), null);
        }
    }

    /** The client is gone: so is its call. */
    synchronized void abandon() {
        if (!over) {
            over = true;
            if (call != null) {
                call.cancel("the client has gone", null);
            }
        }
    }

    @Override
    public void onReady() {
        sendRequests();
    }

    // ---- The way to the client: printed on workers, written on the event loop.

    @Override
    public void onMessage(Message message) {
        String json = json(message);
        if (!route.answersMany()) {
            unaryAnswer = json;
            return;
        }
        byte[] line = ("{\"result\":" + json + "}\n").getBytes(StandardCharsets.UTF_8);
        onEventLoop(() -> write(line));
    }

    private static String json(Message message) {
        try {
            return PRINTER.print(message);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a message cannot be written as JSON: " + e.getMessage(), e);
        }
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
        synchronized (this) {
            over = true;
            workNumber.ifPresent(gateway.work()::forget);
        }
        if (status.getCode() == Status.Code.DEADLINE_EXCEEDED) {
            answer(WAITED_TOO_LONG);
        } else {
            answer(requestFailure.isOk() ? status : requestFailure);
        }
    }

    private void answer(Status status) {
        if (status.isOk() && !route.answersMany()) {
            String json = unaryAnswer;
            // The connection remembers its present call, and would keep the answer until it has another one.
            unaryAnswer = "";
            onEventLoop(() -> writeWhole(HttpAnswers.json(HttpResponseStatus.OK, json)));
        } else {
            onEventLoop(() -> end(status));
        }
    }

    private void onEventLoop(Runnable task) {
        try {
            ctx.executor().execute(task);
        } catch (RejectedExecutionException e) {
            // The event loops have stopped, and the connection with them.
            abandon();
        }
    }

    private void write(byte[] line) {
        beginStream();
        ctx.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(line)))
                .addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        owesRequest = true;
        wantMore();
    }

    /** Asks the service for the next message if the client has taken the one before. */
    void wantMore() {
        if (owesRequest && ctx.channel().isWritable()) {
            owesRequest = false;
            requestNext();
        }
    }

    private synchronized void requestNext() {
        if (!over && call != null) {
            call.request(1);
        }
    }

    private void end(Status status) {
        if (!begun && !status.isOk()) {
            writeWhole(HttpAnswers.json(GatewayErrors.httpStatus(status.getCode()), GatewayErrors.body(status)));
            return;
        }
        beginStream();
        String last = status.isOk() ? "" : GatewayErrors.line(status);
        ctx.writeAndFlush(lastContent(last)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private static LastHttpContent lastContent(String text) {
        return text.isEmpty()
                ? LastHttpContent.EMPTY_LAST_CONTENT
                : new DefaultLastHttpContent(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8)));
    }

    private void beginStream() {
        if (begun) {
            return;
        }
        begun = true;
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(HttpHeaderNames.CONTENT_TYPE, "application/json");
        // To older clients, the end of the connection is the end of the answer.
        if (version.equals(HttpVersion.HTTP_1_1)) {
            HttpUtil.setTransferEncodingChunked(response, true);
        }
        ctx.write(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }

    private void writeWhole(FullHttpResponse response) {
        ctx.writeAndFlush(response).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
    }
}
