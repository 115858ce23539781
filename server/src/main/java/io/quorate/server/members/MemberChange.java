package io.quorate.server.members;

import io.quorate.core.quorum.MemberId;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A change of members that is asked for, of whichever member.
 *
 * <p>As bytes, between two members: {@code byte code, byte kind}, and {@code long id} with the URLs in UTF-8, one a line, or the
 * priority as an {@code int}; for several changes as one, two lists of ids and the changes, each after its length; for a step of an
 * operation, {@code long} its number and the change. Immutable.
 */
public sealed interface MemberChange {

    /** With this a question begins that is about a change of members, and about nothing else. */
    byte CODE = 16;

    /** The kind of a change that is a step of an operation. */
    byte STEP = 8;

    /** Precedes the addition of a witness. */
    byte ADD_WITNESS = 9;

    /** A change of one member. */
    sealed interface OfOne extends MemberChange {

        MemberId member();

        /** Where it is to be reached, if that is a part of the change. */
        default List<String> peerUrls() {
            return List.of();
        }
    }

    /**
     * Someone new, under an id that nobody ever had.
     *
     * @param witness whether it holds no data, ever; it is a learner then at first
     */
    record Add(MemberId member, List<String> peerUrls, boolean learner, boolean witness) implements OfOne {
        public Add {
            peerUrls = List.copyOf(peerUrls);
            if (witness && !learner) {
                throw new IllegalArgumentException("a witness begins as a learner");
            }
        }

        /** A member with data. */
        public Add(MemberId member, List<String> peerUrls, boolean learner) {
            this(member, peerUrls, learner, false);
        }
    }

    record Remove(MemberId member) implements OfOne {}

    /** The member is reached elsewhere. */
    record Update(MemberId member, List<String> peerUrls) implements OfOne {
        public Update {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /** A learner votes from now on. */
    record Promote(MemberId member) implements OfOne {}

    /**
     * The member has another priority, by which it is to lead rather than others.
     *
     * @param priority 0: it never leads; above, the higher the rather
     */
    record Prefer(MemberId member, int priority) implements OfOne {}

    /**
     * Several changes as one (paper section 6): all of them are in force at the same moment, or none is.
     *
     * @param expectedVoters who votes before, as far as the client knows: if others do, nothing is changed
     * @param expectedLearners who learns before, likewise
     * @param changes in this order; whoever is added is a learner
     */
    record Together(SortedSet<MemberId> expectedVoters, SortedSet<MemberId> expectedLearners, List<OfOne> changes)
            implements MemberChange {
        public Together {
            expectedVoters = Collections.unmodifiableSortedSet(new TreeSet<>(expectedVoters));
            expectedLearners = Collections.unmodifiableSortedSet(new TreeSet<>(expectedLearners));
            changes = List.copyOf(changes);
        }
    }

    /**
     * A change that is a step of one of the manager's operations, and is made only while that has its place: whoever broke it off has
     * looked at the members, and relies on what was seen.
     *
     * @param operation its number
     * @param change none of an operation itself
     */
    record Step(long operation, MemberChange change) implements MemberChange {
        public Step {
            if (change instanceof Step) {
                throw new IllegalArgumentException("a change is a step of one operation");
            }
        }
    }

    /** What is to be done, whichever operation it is a step of. */
    default MemberChange itself() {
        return this instanceof Step step ? step.change() : this;
    }

    /** The change as bytes, which {@link #decode} reads. */
    default ByteBuffer encoded() {
        return switch (this) {
            case Add add when add.witness() -> encoded(ADD_WITNESS, add);
            case Add add -> encoded(add.learner() ? 2 : 1, add);
            case Remove remove -> encoded(3, remove);
            case Update update -> encoded(4, update);
            case Promote promote -> encoded(5, promote);
            case Prefer prefer -> encoded(prefer);
            case Together together -> encoded(together);
            case Step step -> encoded(step);
        };
    }

    private static ByteBuffer encoded(Step step) {
        ByteBuffer change = step.change().encoded();
        return ByteBuffer.allocate(2 + Long.BYTES + change.remaining())
                .put(CODE)
                .put(STEP)
                .putLong(step.operation())
                .put(change)
                .flip();
    }

    private static ByteBuffer encoded(int kind, OfOne change) {
        byte[] urls = String.join("\n", change.peerUrls()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + Long.BYTES + urls.length)
                .put(CODE)
                .put((byte) kind)
                .putLong(change.member().value())
                .put(urls)
                .flip();
    }

    private static ByteBuffer encoded(Prefer prefer) {
        return ByteBuffer.allocate(2 + Long.BYTES + Integer.BYTES)
                .put(CODE)
                .put((byte) 6)
                .putLong(prefer.member().value())
                .putInt(prefer.priority())
                .flip();
    }

    private static ByteBuffer encoded(Together together) {
        List<ByteBuffer> changes =
                together.changes().stream().map(MemberChange::encoded).toList();
        int ids = together.expectedVoters().size() + together.expectedLearners().size();
        int size = changes.stream()
                .mapToInt(change -> Integer.BYTES + change.remaining())
                .sum();
        ByteBuffer out = ByteBuffer.allocate(2 + 2 * Integer.BYTES + ids * Long.BYTES + size);
        out.put(CODE).put((byte) 7);
        put(together.expectedVoters(), out);
        put(together.expectedLearners(), out);
        changes.forEach(change -> out.putInt(change.remaining()).put(change));
        return out.flip();
    }

    private static void put(SortedSet<MemberId> members, ByteBuffer out) {
        out.putInt(members.size());
        members.forEach(member -> out.putLong(member.value()));
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
        try {
            if (in.get() != CODE) {
                throw unknown(question);
            }
            byte kind = in.get();
            return switch (kind) {
                case 7 -> together(in);
                case STEP -> step(in);
                default -> ofOne(kind, in);
            };
        } catch (BufferUnderflowException e) {
            throw unknown(question);
        }
    }

    private static OfOne ofOne(byte kind, ByteBuffer in) {
        MemberId member = new MemberId(in.getLong());
        if (kind == 6) {
            if (in.remaining() != Integer.BYTES) {
                throw unknown(in);
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
            case ADD_WITNESS -> new Add(member, urls, true, true);
            default -> throw unknown(in);
        };
    }

    private static Step step(ByteBuffer in) {
        long operation = in.getLong();
        if (in.remaining() < 2 || in.get(in.position() + 1) == STEP) {
            throw unknown(in);
        }
        return new Step(operation, decode(in));
    }

    private static Together together(ByteBuffer in) {
        SortedSet<MemberId> voters = members(in);
        SortedSet<MemberId> learners = members(in);
        List<OfOne> changes = new ArrayList<>();
        while (in.hasRemaining()) {
            int size = in.getInt();
            if (size < 0 || size > in.remaining()) {
                throw unknown(in);
            }
            ByteBuffer one = in.slice(in.position(), size);
            in.position(in.position() + size);
            // Never one of several changes in its turn: those could lie in each other without end.
            if (one.get() != CODE) {
                throw unknown(one);
            }
            changes.add(ofOne(one.get(), one));
        }
        return new Together(voters, learners, changes);
    }

    private static SortedSet<MemberId> members(ByteBuffer in) {
        SortedSet<MemberId> members = new TreeSet<>();
        for (int left = in.getInt(); left > 0; left--) {
            members.add(new MemberId(in.getLong()));
        }
        return members;
    }

    private static IllegalArgumentException unknown(ByteBuffer question) {
        return new IllegalArgumentException("another member asked for a change of members, in " + question.limit()
                + " bytes, that this release does not know");
    }
}
