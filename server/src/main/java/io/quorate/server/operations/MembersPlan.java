package io.quorate.server.operations;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What leads from the members that there are to those that there shall be: new ones come as learners first, and once they have the
 * log, all that remains is one joint change.
 *
 * @param add who is new
 * @param update who is reached elsewhere
 * @param promote the ids of learners that there are already, and that shall vote
 * @param remove the ids of those that shall go
 * @param votersAfter the ids of those that there are already, and that vote afterwards
 */
public record MembersPlan(
        List<Wanted> add, List<Moved> update, List<Long> promote, List<Long> remove, Set<Long> votersAfter) {

    /** A member that there is. */
    public record Present(long id, String name, List<String> peerUrls, boolean learner, boolean witness) {
        public Present {
            peerUrls = List.copyOf(peerUrls);
        }

        /** A member with data. */
        public Present(long id, String name, List<String> peerUrls, boolean learner) {
            this(id, name, peerUrls, learner, false);
        }
    }

    /**
     * A member that there shall be.
     *
     * @param voter whether it votes, as against learning only
     * @param witness whether it holds no data
     */
    public record Wanted(String name, List<String> peerUrls, boolean voter, boolean witness) {
        public Wanted {
            peerUrls = List.copyOf(peerUrls);
        }

        /** A member with data. */
        public Wanted(String name, List<String> peerUrls, boolean voter) {
            this(name, peerUrls, voter, false);
        }
    }

    /** A member that stays, and is reached elsewhere. */
    public record Moved(long id, String name, List<String> peerUrls) {
        public Moved {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    public MembersPlan {
        add = List.copyOf(add);
        update = List.copyOf(update);
        promote = List.copyOf(promote);
        remove = List.copyOf(remove);
        votersAfter = Set.copyOf(votersAfter);
    }

    /**
     * Compares by names, and by peer URLs where a member was never started and so has no name yet.
     *
     * @throws IllegalArgumentException with one sentence if what is wanted cannot be had
     */
    public static MembersPlan of(List<Present> present, List<Wanted> wanted) {
        requireSense(wanted);
        List<Wanted> add = new ArrayList<>();
        List<Moved> update = new ArrayList<>();
        List<Long> promote = new ArrayList<>();
        Set<Long> votersAfter = new TreeSet<>();
        Set<Long> staying = new HashSet<>();
        for (Wanted member : wanted) {
            Optional<Present> known = find(present, member);
            if (known.isEmpty()) {
                add.add(member);
                continue;
            }
            Present stays = known.get();
            staying.add(stays.id());
            if (stays.witness() != member.witness()) {
                throw new IllegalArgumentException("member " + member.name()
                        + (stays.witness()
                                ? " is a witness, and cannot be made a member with data"
                                : " holds data, and cannot be made a witness")
                        + ": leave it out to remove it, and add it anew");
            }
            if (!stays.learner() && !member.voter()) {
                throw new IllegalArgumentException("member " + member.name()
                        + " votes, and cannot be made a learner: leave it out to remove it, and add it anew");
            }
            if (member.voter()) {
                votersAfter.add(stays.id());
                if (stays.learner()) {
                    promote.add(stays.id());
                }
            }
            if (!Set.copyOf(stays.peerUrls()).equals(Set.copyOf(member.peerUrls()))) {
                update.add(new Moved(stays.id(), member.name(), member.peerUrls()));
            }
        }
        List<Long> remove = present.stream()
                .map(Present::id)
                .filter(id -> !staying.contains(id))
                .toList();
        return new MembersPlan(add, update, promote, remove, votersAfter);
    }

    private static Optional<Present> find(List<Present> present, Wanted member) {
        return present.stream()
                .filter(known -> known.name().equals(member.name()))
                .findFirst()
                .or(() -> present.stream()
                        .filter(known -> known.name().isEmpty()
                                && known.peerUrls().stream().anyMatch(member.peerUrls()::contains))
                        .findFirst());
    }

    private static void requireSense(List<Wanted> wanted) {
        if (wanted.stream().noneMatch(Wanted::voter)) {
            throw new IllegalArgumentException("there would be no voter; name one at least");
        }
        if (wanted.stream().noneMatch(member -> member.voter() && !member.witness())) {
            throw new IllegalArgumentException("there would be no voter that holds data; name one at least");
        }
        Set<String> names = new HashSet<>();
        Set<String> urls = new HashSet<>();
        for (Wanted member : wanted) {
            if (!names.add(member.name())) {
                throw new IllegalArgumentException(
                        "two members have the name " + member.name() + "; rename one of them");
            }
            for (String url : member.peerUrls()) {
                if (!urls.add(url)) {
                    throw new IllegalArgumentException(
                            "two members have the peer URL " + url + "; each has its own, so correct one of them");
                }
            }
        }
    }

    /** Whether the members are as they shall be. */
    public boolean isEmpty() {
        return add.isEmpty() && update.isEmpty() && promote.isEmpty() && remove.isEmpty();
    }
}
