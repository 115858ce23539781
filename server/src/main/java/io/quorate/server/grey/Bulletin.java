package io.quorate.server.grey;

import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;

/**
 * What a member tells the leader about how it is: as a question, since that is how members' applications reach the leader's, to which
 * nothing but silence is expected.
 *
 * <p>As bytes: {@code byte code, byte form (1), long member, double score, byte flags} with 1 for ailing, 2 for resting and 4 for one that
 * could not lead; flags that a release does not know, and what a later one adds behind, are skipped. A leader that does not know the code answers that it can't tell. Immutable.
 *
 * @param score 0 healthy to 1 failing
 * @param ailing whether the score has been bad for so long that it should not lead
 * @param resting whether it has given way lately, and is not to lead again so soon
 * @param barred whether it would not lead if it was told to, since it is fenced, has no state or lacks entries: it alone knows for certain
 */
public record Bulletin(MemberId member, double score, boolean ailing, boolean resting, boolean barred) {

    /** With this a question begins that is a bulletin, and no other. */
    private static final byte CODE = 17;

    private static final byte FORM = 1;
    private static final int BYTES = 3 + Long.BYTES + Double.BYTES;
    private static final int AILING = 1;
    private static final int RESTING = 2;
    private static final int BARRED = 4;

    /** Whether it is to be handed the leadership by nobody. */
    public boolean isUnwell() {
        return ailing || resting || barred;
    }

    public ByteBuffer encoded() {
        return ByteBuffer.allocate(BYTES)
                .put(CODE)
                .put(FORM)
                .putLong(member.value())
                .putDouble(score)
                .put((byte) ((ailing ? AILING : 0) | (resting ? RESTING : 0) | (barred ? BARRED : 0)))
                .flip();
    }

    /** Whether a question is a bulletin. */
    public static boolean isOne(ByteBuffer question) {
        return question.hasRemaining() && question.get(question.position()) == CODE;
    }

    /**
     * Reads what {@link #encoded} has written.
     *
     * @throws IllegalArgumentException if it is none that this release knows
     */
    public static Bulletin decode(ByteBuffer question) {
        ByteBuffer in = question.slice();
        if (in.remaining() < BYTES || in.get() != CODE || in.get() != FORM) {
            throw new IllegalArgumentException("another member told how it is in " + question.remaining()
                    + " bytes that this release does not know");
        }
        long member = in.getLong();
        double score = in.getDouble();
        int flags = in.get();
        if (member == 0 || !(score >= 0 && score <= 1)) {
            throw new IllegalArgumentException("member " + Long.toHexString(member) + " told the score " + score);
        }
        return new Bulletin(
                new MemberId(member), score, (flags & AILING) != 0, (flags & RESTING) != 0, (flags & BARRED) != 0);
    }
}
