package io.quorate.engine;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;

/** The cluster's configuration takes this member for a witness and it was not started as one, or the other way round. */
public final class WitnessMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private WitnessMismatchException(String message) {
        super(message);
    }

    /**
     * Compares what the configuration says of a member with what the member is. Of who is no member it says nothing.
     *
     * @throws WitnessMismatchException with one sentence if they differ
     */
    static void check(Configuration configuration, MemberId self, boolean witness) {
        if (configuration.isMember(self) && configuration.isWitness(self) != witness) {
            throw new WitnessMismatchException(sentence(self, witness));
        }
    }

    /** What differs, and what to do. */
    static String sentence(MemberId self, boolean witness) {
        return witness
                ? "Member " + self
                        + " was started as a witness, and by the cluster's configuration it is a member with data:"
                        + " start it without --witness, or remove it and add a witness in its place."
                : "Member " + self
                        + " is a witness by the cluster's configuration, and was started as a member with data:"
                        + " start it with --witness, or remove it and add a member with data in its place.";
    }
}
