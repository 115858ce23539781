package io.quorate.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.quorate.server.snapshot.SnapshotChecksum;
import io.quorate.server.snapshot.SnapshotStatus;
import java.net.URI;
import java.util.Optional;

/**
 * What lies beside a backup and says what it is.
 *
 * @param source the member that it was taken from
 * @param checksum of the file
 * @param status what is in the file; empty if it could not be read
 * @param bytes of the file
 */
record BackupManifest(
        BackupName name,
        URI source,
        long clusterId,
        SnapshotChecksum checksum,
        Optional<SnapshotStatus> status,
        long bytes,
        BackupVerdict verdict) {

    private static final int FORMAT = 1;

    /** What it takes to know which backups are whose: the rest of a manifest is for people and other programs. */
    record Listed(BackupName name, String clusterId, long bytes) {}

    /** The manifest, as it stands in the file and as it is printed. */
    JsonObject json() {
        JsonObject json = new JsonObject();
        json.addProperty("format", FORMAT);
        json.addProperty("file", name.file());
        json.addProperty("taken_at", name.takenAt().toString());
        json.addProperty("endpoint", source.toString());
        json.addProperty("cluster_id", JsonOutput.id(clusterId));
        json.addProperty("revision", name.revision());
        status.ifPresent(read -> {
            json.addProperty("compacted_revision", read.content().compactedRevision());
            json.addProperty("total_keys", read.content().tally().records());
        });
        json.addProperty("bytes", bytes);
        json.addProperty("sha256", checksum.fileSha256());
        json.addProperty("verified", verdict instanceof BackupVerdict.Verified);
        switch (verdict) {
            case BackupVerdict.Verified verified -> {
                json.addProperty("keys", verified.keys());
                json.addProperty("compared_with", verified.comparedWith().toString());
                json.addProperty("hash_kv", verified.hash());
                json.addProperty("hash_kv_compacted_revision", verified.compactedRevision());
                json.addProperty("digest", verified.digest());
            }
            case BackupVerdict.Wrong wrong -> json.addProperty("reason", wrong.why());
            case BackupVerdict.Unknown unknown -> json.addProperty("reason", unknown.why());
        }
        json.addProperty("quorate_version", BuildInfo.load().version());
        return json;
    }

    /** One line for people. */
    String line() {
        String what = switch (verdict) {
            case BackupVerdict.Verified verified -> verified.keys() + " keys, " + bytes + " bytes, verified";
            case BackupVerdict.Wrong wrong -> bytes + " bytes, NOT GOOD: " + wrong.why();
            case BackupVerdict.Unknown unknown -> bytes + " bytes, NOT VERIFIED: " + unknown.why();
        };
        return name.takenAt() + " revision " + name.revision() + ", " + what;
    }

    /**
     * Reads what another run has written.
     *
     * @param name what its name says
     * @return empty if it is no manifest of that backup
     */
    static Optional<Listed> parse(BackupName name, String text) {
        try {
            JsonObject json = JsonParser.parseString(text).getAsJsonObject();
            boolean ours = json.get("format").getAsInt() == FORMAT
                    && json.get("file").getAsString().equals(name.file())
                    && json.get("verified").getAsBoolean() == name.verified();
            return ours
                    ? Optional.of(new Listed(
                            name,
                            json.get("cluster_id").getAsString(),
                            json.get("bytes").getAsLong()))
                    : Optional.empty();
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | UnsupportedOperationException
                | NumberFormatException e) {
            return Optional.empty();
        }
    }
}
