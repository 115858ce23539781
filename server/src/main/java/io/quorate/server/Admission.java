package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.netty.PeerInquiry.Report;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides whether a member that has no data may take part, by what the others remember of it. It may not if it ever did before:
 * then it has lost what it had voted and acknowledged, and its next vote could undo what a quorum with it has decided.
 *
 * <p>Whoever was connected with a member remembers its storage. Of n voters, q are a quorum; each quorum that the member was in has q -
 * 1 of the others; so n - q + 1 of the others that do not remember it have one among them of each such quorum, and there was none
 * ({@link #needed}).
 *
 * <p>Those that found a cluster cannot always ask so many: two of three are enough to found one. It is taken for a founding if those
 * that answer are a quorum with this one, and were never connected with anybody but each other, and fewer of them than a quorum: then
 * they have decided nothing without this member, and with it only if they remembered it. That is wrong in one case, which looks
 * the same from where they stand: a cluster was founded before without those that answer, by this member and others that do not answer
 * now, and this member has lost its data since.
 */
final class Admission {

    /** What becomes of the member. */
    sealed interface Verdict {

        record TakesPart(String why) implements Verdict {}

        /** More have to answer. */
        record Waits(String why) implements Verdict {}

        record Refused(LostDataException why) implements Verdict {}
    }

    private final MemberId self;
    private final long storage;
    private final Configuration founders;

    /**
     * A member without data.
     *
     * @param storage of its own
     * @param founders those that its configuration names as founding the cluster with it; nobody if it joins one
     */
    Admission(MemberId self, long storage, Configuration founders) {
        this.self = self;
        this.storage = storage;
        this.founders = founders;
    }

    /** @param answers the latest of each other member of the same cluster that has answered */
    Verdict verdict(Collection<Report> answers) {
        for (Report answer : answers) {
            long remembered = answer.storages().getOrDefault(self, storage);
            if (remembered != storage) {
                return new Verdict.Refused(LostDataException.of(self, answer.answeredBy()));
            }
            Configuration members = answer.members();
            if (members.hasRemoved(self)) {
                return new Verdict.Refused(LostDataException.ofRemoved(self, answer.answeredBy()));
            }
        }
        return ofUnremembered(answers);
    }

    private Verdict ofUnremembered(Collection<Report> answers) {
        List<Configuration> configurations = Stream.concat(
                        answers.stream().map(Report::members),
                        answers.isEmpty() ? Stream.of(founders) : Stream.<Configuration>empty())
                // One that lags behind may not know this member yet, which was in none of its quorums then.
                .filter(members -> members.isMember(self))
                .distinct()
                .toList();
        if (configurations.isEmpty()) {
            return new Verdict.Waits("nobody that knows of it as a member has answered yet");
        }
        int missing = configurations.stream()
                .flatMap(members -> Stream.of(members.voters(), members.outgoingVoters()))
                .mapToInt(voters -> missing(voters, answers))
                .max()
                .orElse(0);
        String heard = heard(answers);
        if (missing <= 0) {
            return new Verdict.TakesPart(
                    answers.isEmpty()
                            ? "it founds the cluster alone"
                            : "it is not remembered by " + heard
                                    + ", which is enough to be certain that it never did before");
        }
        if (isFounding(answers)) {
            return new Verdict.TakesPart("it founds the cluster with " + heard);
        }
        String lacking = answers.isEmpty()
                ? missing + " of the others must answer"
                : missing + " more of the others must answer, besides " + heard;
        return new Verdict.Waits("it has no data, and " + lacking + ", before it is certain that it never had any");
    }

    /** How many of the voters that take part have yet to answer. */
    private int missing(Set<MemberId> voters, Collection<Report> answers) {
        Set<MemberId> others = new TreeSet<>(voters);
        others.remove(self);
        long answering = answers.stream()
                .filter(answer -> answer.admitted() && others.contains(answer.answeredBy()))
                .count();
        return needed(others.size()) - (int) answering;
    }

    /**
     * How many of the other voters must answer.
     *
     * @param others how many there are besides this member, whether or not it votes itself
     */
    static int needed(int others) {
        return others == 0 ? 0 : others / 2 + 1;
    }

    private boolean isFounding(Collection<Report> answers) {
        Set<MemberId> voters = founders.voters();
        boolean allAtTheBeginning = answers.stream()
                .allMatch(answer -> isConnectedWithOthersOfThese(answer, answers)
                        && answer.members().voters().equals(voters));
        long connected = answers.stream().filter(answer -> !answer.alone()).count();
        long founding = answers.stream()
                .filter(answer -> voters.contains(answer.answeredBy()))
                .count();
        int quorum = voters.size() / 2 + 1;
        return voters.contains(self) && allAtTheBeginning && connected < quorum && founding + 1 >= quorum;
    }

    /**
     * Whether a member was connected with nobody, or with such alone as answer and remember it as well: one that does not may have lost
     * its data, and what it remembered with them.
     */
    private boolean isConnectedWithOthersOfThese(Report one, Collection<Report> answers) {
        if (one.alone()) {
            return true;
        }
        Set<MemberId> mutual = answers.stream()
                .filter(other -> other.storages().containsKey(one.answeredBy()))
                .map(Report::answeredBy)
                .collect(Collectors.toCollection(TreeSet::new));
        mutual.add(self);
        return !one.storages().isEmpty() && mutual.containsAll(one.storages().keySet());
    }

    private static String heard(Collection<Report> answers) {
        return answers.stream().map(answer -> "member " + answer.answeredBy()).collect(Collectors.joining(", "));
    }
}
