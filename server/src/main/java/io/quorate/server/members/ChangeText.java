package io.quorate.server.members;

import java.util.List;

/** What a change of members is, for people: in as few words as a record or a line of a log has room for. */
public final class ChangeText {

    private ChangeText() {}

    /** Members are named by their ids, in hexadecimal digits. */
    public static String of(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add ->
                "add " + id(add) + (add.witness() ? " as a witness" : add.learner() ? " as a learner" : "") + " at "
                        + String.join(" ", add.peerUrls());
            case MemberChange.Remove remove -> "remove " + id(remove);
            case MemberChange.Update update -> "move " + id(update) + " to " + String.join(" ", update.peerUrls());
            case MemberChange.Promote promote -> "promote " + id(promote);
            case MemberChange.Prefer prefer -> "prefer " + id(prefer) + " by " + prefer.priority();
            case MemberChange.Together together -> of(together.changes());
            case MemberChange.Step step -> of(step.change()) + ", for operation " + step.operation();
        };
    }

    private static String of(List<MemberChange.OfOne> changes) {
        return changes.isEmpty()
                ? "nothing"
                : String.join(", ", changes.stream().map(ChangeText::of).toList());
    }

    private static String id(MemberChange.OfOne change) {
        return Long.toHexString(change.member().value());
    }
}
