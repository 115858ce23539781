package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.Detected;
import io.quorate.server.report.Diagnosis;
import io.quorate.server.report.Exposure;
import io.quorate.server.report.Exposure.Listener;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.MemberReport.Certificate;
import io.quorate.server.report.MemberReport.RefusedConnection;
import java.time.Instant;

/** Who may connect with a cluster, and what is weak in that, for programs to read. */
final class SecurityJson {

    private SecurityJson() {}

    /** What is weak stands in {@code problems}, as 'why' and 'doctor' have it; members that tell nothing are not among {@code members}. */
    static JsonObject of(ClusterReports cluster, Diagnosis weaknesses) {
        JsonObject answer = DiagnosisOutput.json(weaknesses);
        JsonArray members = new JsonArray();
        for (MemberReport report : cluster.reports()) {
            report.exposure().ifPresent(exposure -> members.add(member(report, exposure)));
        }
        answer.add("members", members);
        return answer;
    }

    private static JsonObject member(MemberReport report, Exposure exposure) {
        JsonObject member = new JsonObject();
        member.addProperty("member_id", report.memberId());
        member.addProperty("name", report.name());
        JsonArray listeners = new JsonArray();
        exposure.listeners().forEach(listener -> listeners.add(listener(listener)));
        member.add("listeners", listeners);
        member.addProperty("users_enabled", exposure.usersEnabled());
        member.addProperty("users_by_certificate", exposure.usersByCertificate());
        member.addProperty("tokens", exposure.tokens());
        exposure.tokenKeys().ifPresent(keys -> member.add("token_keys", tokenKeys(keys)));
        member.addProperty("insecure_allowed", exposure.insecureAllowed());
        member.add("open_files", JsonOutput.texts(exposure.openFiles()));
        member.addProperty("refused_clients", exposure.refusedClients());
        member.addProperty("refused_members", exposure.refusedMembers());
        JsonArray atRest = new JsonArray();
        report.atRest().forEach(share -> atRest.add(sealed(share)));
        member.add("at_rest", atRest);
        JsonArray certificates = new JsonArray();
        JsonArray refused = new JsonArray();
        report.tls().ifPresent(tls -> {
            tls.certificates().forEach(certificate -> certificates.add(certificate(certificate)));
            tls.refused().forEach(connection -> refused.add(refused(connection)));
        });
        member.add("certificates", certificates);
        member.add("refused", refused);
        report.detected().ifPresent(detected -> add(member, detected));
        return member;
    }

    private static JsonObject sealed(MemberReport.Sealed sealed) {
        JsonObject object = new JsonObject();
        object.addProperty("what", sealed.what());
        sealed.keyId().ifPresent(key -> object.addProperty("key", key));
        object.addProperty("files", sealed.files());
        object.addProperty("bytes", sealed.bytes());
        return object;
    }

    private static JsonArray tokenKeys(Exposure.TokenKeys keys) {
        JsonArray array = new JsonArray();
        for (Exposure.TokenKey key : keys.known()) {
            JsonObject object = new JsonObject();
            object.addProperty("kid", key.id());
            object.addProperty("alg", key.algorithm());
            key.thumbprint().ifPresent(print -> object.addProperty("thumbprint", print));
            object.addProperty("signs", keys.signing().filter(key.id()::equals).isPresent());
            array.add(object);
        }
        return array;
    }

    private static void add(JsonObject member, Detected detected) {
        JsonArray signs = new JsonArray();
        detected.signs().forEach(sign -> signs.add(sign(sign)));
        member.add("detections", signs);
        JsonArray logins = new JsonArray();
        detected.failedLogins().forEach(failed -> logins.add(failed(failed)));
        member.add("failed_logins", logins);
        member.addProperty("wrong_passwords", detected.wrongPasswords());
        member.addProperty("limited_logins", detected.limitedLogins());
    }

    private static JsonObject sign(Detected.Sign sign) {
        JsonObject object = new JsonObject();
        object.addProperty("kind", sign.kind());
        object.addProperty("source", sign.source());
        object.addProperty("count", sign.count());
        object.addProperty("what", sign.what());
        object.addProperty("first", Instant.ofEpochMilli(sign.firstMillis()).toString());
        object.addProperty("last", Instant.ofEpochMilli(sign.lastMillis()).toString());
        return object;
    }

    private static JsonObject failed(Detected.FailedLogin failed) {
        JsonObject object = new JsonObject();
        object.addProperty("address", failed.address());
        failed.user().ifPresent(user -> object.addProperty("user", user));
        object.addProperty("wrong", failed.wrong());
        object.addProperty("limited", failed.limited());
        object.addProperty("last", Instant.ofEpochMilli(failed.lastMillis()).toString());
        return object;
    }

    private static JsonObject listener(Listener listener) {
        JsonObject object = new JsonObject();
        object.addProperty("url", listener.url());
        object.addProperty("for", listener.ofMembers() ? "members" : "clients");
        object.addProperty("reachable", listener.reachable());
        object.addProperty("certified", listener.certified());
        listener.minTls().ifPresent(oldest -> object.addProperty("min_tls", oldest));
        return object;
    }

    private static JsonObject certificate(Certificate certificate) {
        JsonObject object = new JsonObject();
        object.addProperty("role", certificate.role());
        object.addProperty("subject", certificate.subject());
        object.addProperty(
                "not_after", Instant.ofEpochMilli(certificate.endMillis()).toString());
        certificate.refusedFiles().ifPresent(why -> object.addProperty("refused_files", why));
        return object;
    }

    private static JsonObject refused(RefusedConnection connection) {
        JsonObject object = new JsonObject();
        object.addProperty("time", Instant.ofEpochMilli(connection.timeMillis()).toString());
        object.addProperty("by", connection.by());
        object.addProperty("other", connection.other());
        object.addProperty("for", connection.ofMember() ? "members" : "clients");
        object.addProperty("why", connection.why());
        return object;
    }
}
