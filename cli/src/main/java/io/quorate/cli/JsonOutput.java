package io.quorate.cli;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.io.PrintWriter;
import java.util.Base64;
import java.util.List;

/** The JSON that commands print: one object on one line. */
final class JsonOutput {

    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private JsonOutput() {}

    static void print(PrintWriter out, JsonObject object) {
        out.println(GSON.toJson(object));
    }

    /** An object that begins with what every answer of a cluster has. */
    static JsonObject answer(ResponseHeader header) {
        JsonObject object = new JsonObject();
        object.addProperty("cluster_id", id(header.getClusterId()));
        object.addProperty("member_id", id(header.getMemberId()));
        object.addProperty("revision", header.getRevision());
        object.addProperty("raft_term", header.getRaftTerm());
        return object;
    }

    /** An id as a string: JSON's numbers are doubles to many readers, and cannot hold 64 bits. */
    static String id(long id) {
        return Long.toHexString(id);
    }

    /** By which number an operation is on record, or why it is not. */
    static void addOnRecord(JsonObject object, CopyOperation.OnRecord onRecord) {
        onRecord.id()
                .ifPresentOrElse(
                        id -> object.addProperty("operation", Long.toString(id)),
                        () -> object.addProperty("not_on_record", onRecord.why()));
    }

    static JsonArray texts(List<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }

    static JsonArray keyValues(List<KeyValue> keyValues, boolean withValues) {
        JsonArray array = new JsonArray();
        keyValues.forEach(keyValue -> array.add(keyValue(keyValue, withValues)));
        return array;
    }

    private static JsonObject keyValue(KeyValue keyValue, boolean withValue) {
        JsonObject object = new JsonObject();
        addBytes(object, "key", keyValue.getKey());
        if (withValue) {
            addBytes(object, "value", keyValue.getValue());
        }
        object.addProperty("create_revision", keyValue.getCreateRevision());
        object.addProperty("mod_revision", keyValue.getModRevision());
        object.addProperty("version", keyValue.getVersion());
        if (keyValue.getLease() != 0) {
            object.addProperty("lease", id(keyValue.getLease()));
        }
        return object;
    }

    private static void addBytes(JsonObject object, String name, ByteString bytes) {
        object.addProperty(name, Base64.getEncoder().encodeToString(bytes.toByteArray()));
        KeyText.printable(bytes).ifPresent(text -> object.addProperty(name + "_text", text));
    }
}
