package io.quorate.server.quorum;

import java.util.Optional;

/**
 * The way between two members and back, in the last minute.
 *
 * @param one of the members, the lesser by id
 * @param other of the members
 * @param roundTrip empty if no probe was answered
 * @param sent probes of which the outcome is known; 0 if nothing is known of the link
 * @param lost those of them that were not answered
 * @param outages how many times some were lost in a row
 * @param down whether the latest was not
 */
public record Link(
        String one, String other, Optional<Spread> roundTrip, int sent, int lost, int outages, boolean down) {

    public Link {
        if (one.compareTo(other) >= 0) {
            throw new IllegalArgumentException(
                    "a link is between two members, the lesser first: " + one + ", " + other);
        }
    }

    /** Between two members in whichever order. */
    public static Link between(
            String a, String b, Optional<Spread> roundTrip, int sent, int lost, int outages, boolean down) {
        return a.compareTo(b) < 0
                ? new Link(a, b, roundTrip, sent, lost, outages, down)
                : new Link(b, a, roundTrip, sent, lost, outages, down);
    }

    boolean joins(String a, String b) {
        return !a.equals(b) && ends(a) && ends(b);
    }

    boolean ends(String member) {
        return one.equals(member) || other.equals(member);
    }

    /** The share of probes that were lost, 0 to 1; 0 also if none was sent. */
    public double loss() {
        return sent == 0 ? 0 : (double) lost / sent;
    }
}
