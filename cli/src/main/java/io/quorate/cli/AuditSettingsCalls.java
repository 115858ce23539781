package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.server.proto.managerpb.AuditRule;
import io.quorate.server.proto.managerpb.AuditSettings;
import io.quorate.server.proto.managerpb.ChangeAuditSettingsRequest;
import io.quorate.server.proto.managerpb.GetAuditSettingsRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.util.function.UnaryOperator;

/** Reads and changes what is on record, and how much is kept. */
final class AuditSettingsCalls {

    private AuditSettingsCalls() {}

    static AuditSettings get(ClientOptions client) {
        try (ClusterClient cluster = client.connect()) {
            return get(cluster);
        }
    }

    private static AuditSettings get(ClusterClient cluster) {
        return cluster.read((channel, deadline) -> ManagerGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .getAuditSettings(GetAuditSettingsRequest.getDefaultInstance())
                .getSettings());
    }

    /** Of two that change them at the same time, the later one is refused: a rule that has another number by now must not be taken away. */
    static AuditSettings change(ClientOptions client, UnaryOperator<AuditSettings> change) {
        try (ClusterClient cluster = client.connect()) {
            AuditSettings before = get(cluster);
            AuditSettings changed = change.apply(before);
            ChangeAuditSettingsRequest request = ChangeAuditSettingsRequest.newBuilder()
                    .setSettings(changed)
                    .setExpected(before)
                    .build();
            var unused = cluster.write((channel, deadline) ->
                    ManagerGrpc.newBlockingStub(channel).withDeadline(deadline).changeAuditSettings(request));
            return changed;
        }
    }

    /** How much is kept, for people. */
    static String kept(AuditSettings settings) {
        return "kept are " + settings.getMaxRecords() + " records, and no more than " + settings.getMaxBytes()
                + " bytes of them";
    }

    /** How much is kept, as fields of an answer. */
    static void addKept(JsonObject answer, AuditSettings settings) {
        answer.addProperty("max_records", settings.getMaxRecords());
        answer.addProperty("max_bytes", settings.getMaxBytes());
    }

    /** A rule, for people. */
    static String text(AuditRule rule) {
        String from = KeyText.escaped(rule.getKey());
        String keys;
        if (rule.getRangeEnd().isEmpty()) {
            keys = from;
        } else if (rule.getRangeEnd().size() == 1 && rule.getRangeEnd().byteAt(0) == 0) {
            keys = from + " and all that follows";
        } else {
            keys = from + " to " + KeyText.escaped(rule.getRangeEnd());
        }
        return access(rule) + " of " + keys + " by " + (rule.getUser().isEmpty() ? "everybody" : rule.getUser());
    }

    private static String access(AuditRule rule) {
        return switch (rule.getAccess()) {
            case READ -> "reads";
            case WRITE -> "writes";
            case READWRITE -> "reads and writes";
            case UNRECOGNIZED -> "access that this release does not know";
        };
    }
}
