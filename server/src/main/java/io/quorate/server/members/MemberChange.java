package io.quorate.server.members;

import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A change of one member that is asked for, of whichever member.
 *
 * <p>As bytes, between two members: {@code byte code, byte kind, long id}, and the URLs in UTF-8, one a line, or the priority as an
 * {@code int}. Immutable.
 */
public sealed interface MemberChange {

    /** With this a question begins that is about a change of members, and about nothing else. */
    byte CODE = 16;

    /** Someone new, under an id that nobody ever had. */
    record Add(MemberId member, List<String> peerUrls, boolean learner) implements MemberChange {
        public Add {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    record Remove(MemberId member) implements MemberChange {}

    /** The member is reached elsewhere. */
    record Update(MemberId member, List<String> peerUrls) implements MemberChange {
        public Update {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** A learner votes from now on. */
    record Promote(MemberId member) implements MemberChange {}

    /**
     * The member has another priority, by which it is to lead rather than others.
     *
     * @param priority 0: it never leads; above, the higher the rather
     */
    record Prefer(MemberId member, int priority) implements MemberChange {}

    MemberId member();

    /** Where it is to be reached, if that is a part of the change. */
    default List<String> peerUrls() {
        return List.of();
    }

    default ByteBuffer encoded() {
        byte[] urls = String.join("\n", peerUrls()).getBytes(StandardCharsets.UTF_8);
        byte kind = switch (this) {
            case Add add -> (byte) (add.learner() ? 2 : 1);
            case Remove remove -> 3;
            case Update update -> 4;
            case Promote promote -> 5;
            case Prefer prefer -> 6;
        };
        ByteBuffer out = ByteBuffer.allocate(2 + Long.BYTES + Integer.BYTES + urls.length)
                .put(CODE)
                .put(kind)
                .putLong(member().value())
                .put(urls);
        if (this instanceof Prefer prefer) {
            out.putInt(prefer.priority());
        }
        return out.flip();
    }

    /** Whether a question is about a change of members. */
    static boolean isOne(ByteBuffer question) {
        return question.hasRemaining() && question.get(question.position()) == CODE;
    }

    /**
     * Reads what {@link #encoded} has written.
     *
     * @throws IllegalArgumentException if it is none that this release knows
     */
    static MemberChange decode(ByteBuffer question) {
        ByteBuffer in = question.slice();
        if (in.remaining() < 2 + Long.BYTES || in.get() != CODE) {
            throw unknown(question);
        }
        byte kind = in.get();
        MemberId member = new MemberId(in.getLong());
        if (kind == 6) {
            if (in.remaining() != Integer.BYTES) {
                throw unknown(question);
            }
            return new Prefer(member, in.getInt());
        }
        String lines = StandardCharsets.UTF_8.decode(in).toString();
        List<String> urls = lines.isEmpty() ? List.of() : List.of(lines.split("\n", -1));
        return switch (kind) {
            case 1 -> new Add(member, urls, false);
            case 2 -> new Add(member, urls, true);
            case 3 -> new Remove(member);
            case 4 -> new Update(member, urls);
            case 5 -> new Promote(member);
            default -> throw unknown(question);
        };
    }

    private static IllegalArgumentException unknown(ByteBuffer question) {
        return new IllegalArgumentException("another member asked for a change of members, in " + question.remaining()
                + " bytes, that this release does not know");
    }
}
