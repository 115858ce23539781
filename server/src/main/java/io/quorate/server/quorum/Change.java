package io.quorate.server.quorum;

import java.util.Optional;

/** A change of the members, or of who leads, that is thought of. Members are named by their ids. */
public sealed interface Change {

    record Promote(String id) implements Change {}

    record Remove(String id) implements Change {}

    /**
     * A voter more, whose links are like those of the others in its zone.
     *
     * @param name no other member has it
     */
    record Add(String name, Optional<String> zone) implements Change {}

    record Lead(String id) implements Change {}

    /** For people: what is to be done. */
    default String describe(Topology topology) {
        return switch (this) {
            case Promote promote -> "promote learner " + topology.describe(promote.id());
            case Remove remove -> "remove " + topology.describe(remove.id());
            case Add add ->
                "add a member" + add.zone().map(zone -> " in " + zone).orElse("");
            case Lead lead -> "move leadership to " + topology.describe(lead.id());
        };
    }
}
