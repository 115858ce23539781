package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.NewEpoch.Made;
import io.quorate.server.inspect.DataReport.Line;
import io.quorate.server.recover.RecoveryReport;
import io.quorate.server.recover.RecoveryReport.Entries;
import io.quorate.server.recover.RecoveryReport.Member;
import io.quorate.server.recover.RecoveryReport.Other;
import io.quorate.server.recover.RecoveryReport.Outlook;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What {@code quorate recover} has found and done, as one JSON object. */
final class RecoveryJson {

    private RecoveryJson() {}

    static JsonObject object(RecoveryReport report, Optional<Made> made) {
        JsonObject object = new JsonObject();
        object.addProperty("cluster_id", report.clusterId());
        object.addProperty("epoch", report.epoch());
        object.add("survivors", array(report.survivors(), RecoveryJson::object));
        object.add("comparison", array(report.comparison(), RecoveryJson::object));
        report.outlook().ifPresent(outlook -> object.add("outlook", object(outlook)));
        made.ifPresent(done -> object.add("made", object(done)));
        return object;
    }

    private static <T> JsonArray array(List<T> list, Function<T, JsonObject> form) {
        JsonArray array = new JsonArray();
        list.forEach(element -> array.add(form.apply(element)));
        return array;
    }

    private static JsonArray texts(List<String> list) {
        JsonArray array = new JsonArray();
        list.forEach(array::add);
        return array;
    }

    private static JsonObject object(Member member) {
        JsonObject object = new JsonObject();
        object.addProperty("directory", member.directory());
        object.addProperty("name", member.name());
        object.addProperty("member_id", member.memberId());
        object.addProperty("raft_term", member.term());
        member.vote().ifPresent(vote -> object.addProperty("vote", vote));
        object.addProperty("last", member.last());
        object.addProperty("commit_index", member.committed());
        member.snapshot().ifPresent(snapshot -> object.addProperty("snapshot", snapshot));
        member.applied().ifPresent(applied -> object.addProperty("applied_index", applied));
        member.revision().ifPresent(revision -> object.addProperty("revision", revision));
        member.digest().ifPresent(digest -> object.addProperty("digest", digest));
        object.addProperty("intact", member.intact());
        member.stateAlone().ifPresent(index -> object.addProperty("state_only_index", index));
        member.unfit().ifPresent(why -> object.addProperty("unfit", why));
        member.doubt().ifPresent(why -> object.addProperty("doubt", why));
        return object;
    }

    private static JsonObject object(Line line) {
        JsonObject object = new JsonObject();
        object.addProperty("severity", line.damage() ? "damage" : "note");
        object.addProperty("what", line.what());
        return object;
    }

    private static JsonObject object(Outlook outlook) {
        JsonObject object = new JsonObject();
        object.addProperty("best", outlook.name());
        object.addProperty("directory", outlook.directory());
        object.addProperty("last", outlook.last());
        object.addProperty("known_committed", outlook.certain());
        object.addProperty("voters", outlook.voters());
        object.addProperty("quorum", outlook.quorum());
        object.addProperty("voters_at_hand", outlook.votersAtHand());
        object.addProperty("needed", outlook.needed());
        object.addProperty("state_only", outlook.stateOnly());
        object.add("others", array(outlook.others(), RecoveryJson::object));
        object.add("entries", array(outlook.entries(), RecoveryJson::object));
        object.addProperty("unseen_loss_possible", outlook.unseenLoss());
        object.add("doubts", texts(outlook.doubts()));
        return object;
    }

    private static JsonObject object(Other other) {
        JsonObject object = new JsonObject();
        object.addProperty("member_id", other.memberId());
        object.addProperty("name", other.name());
        object.addProperty("voter", other.voter());
        object.add("peer_urls", texts(other.peerUrls()));
        object.addProperty("at_hand", other.atHand());
        return object;
    }

    private static JsonObject object(Entries entries) {
        JsonObject object = new JsonObject();
        object.addProperty("fate", entries.fate());
        object.addProperty("kept", entries.kept());
        object.addProperty("of", entries.name());
        object.addProperty("first", entries.first());
        object.addProperty("last", entries.last());
        object.addProperty("why", entries.why());
        return object;
    }

    private static JsonObject object(Made made) {
        JsonObject object = new JsonObject();
        object.addProperty("epoch", made.epoch());
        object.addProperty("cluster_id", made.clusterId());
        object.addProperty("member_id", made.memberId());
        object.addProperty("name", made.name());
        object.addProperty("directory", made.directory().toString());
        object.addProperty("last", made.last());
        object.addProperty("raft_term", made.term());
        object.addProperty("revision", made.revision());
        object.addProperty("digest", made.digest());
        object.add("peer_urls", texts(made.peerUrls()));
        object.add("client_urls", texts(made.clientUrls()));
        object.add("others", array(made.others(), RecoveryJson::object));
        object.add("alarms", texts(made.alarms()));
        return object;
    }
}
