package io.quorate.server.gateway;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import io.grpc.Status;
import io.netty.handler.codec.http.HttpResponseStatus;

/** How a call's failure looks to a client of the gateway, as in etcd's. */
final class GatewayErrors {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private GatewayErrors() {}

    /** The HTTP status that says most nearly the same. */
    static HttpResponseStatus httpStatus(Status.Code code) {
        return switch (code) {
            case OK -> HttpResponseStatus.OK;
            case CANCELLED -> HttpResponseStatus.REQUEST_TIMEOUT;
            case INVALID_ARGUMENT, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
            case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
            case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
            case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
            case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
            case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
            case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
            case FAILED_PRECONDITION -> HttpResponseStatus.PRECONDITION_FAILED;
            case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
            case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
            case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
        };
    }

    /** The body of an answer that tells of nothing but the failure. */
    static String body(Status status) {
        JsonObject error = new JsonObject();
        error.addProperty("error", message(status));
        error.addProperty("message", message(status));
        error.addProperty("code", status.getCode().value());
        return GSON.toJson(error);
    }

    /** The last line of a stream that has begun well. */
    static String line(Status status) {
        HttpResponseStatus http = httpStatus(status.getCode());
        JsonObject error = new JsonObject();
        error.addProperty("grpc_code", status.getCode().value());
        error.addProperty("http_code", http.code());
        error.addProperty("message", message(status));
        error.addProperty("http_status", http.reasonPhrase());
        JsonObject line = new JsonObject();
        line.add("error", error);
        return GSON.toJson(line) + "\n";
    }

    private static String message(Status status) {
        return status.getDescription() == null ? status.getCode().toString() : status.getDescription();
    }
}
