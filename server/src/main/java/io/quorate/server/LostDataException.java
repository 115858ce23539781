package io.quorate.server;

import io.quorate.core.quorum.MemberId;
import java.io.IOException;

/** A member comes without the data that it had: it must not take part under its id, since it has forgotten what it acknowledged. */
public final class LostDataException extends IOException {

    private static final long serialVersionUID = 1;

    private LostDataException(String sentence) {
        super(sentence);
    }

    /** @param says the member that remembers it with other data */
    static LostDataException of(MemberId self, MemberId says) {
        return new LostDataException("member " + self + " has lost its data: member " + says
                + " remembers it with another data directory than this one, and it must not vote without knowing what it has"
                + " voted and acknowledged; remove it from the cluster and add it anew, or start it once with"
                + " --replace-member, each time with an empty data directory");
    }

    /** @param says the member that knows of the removal */
    static LostDataException ofRemoved(MemberId self, MemberId says) {
        return new LostDataException("member " + self + " was removed from the cluster, as member " + says
                + " says; to bring it back, add it as a new member, with an empty data directory");
    }
}
