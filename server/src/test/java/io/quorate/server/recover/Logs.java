package io.quorate.server.recover;

import io.quorate.core.EntryId;
import io.quorate.core.HardState;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.Identity;
import io.quorate.server.inspect.InspectedState;
import io.quorate.server.recover.Survivor.Standing;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** Survivors that are made up: what their logs hold is given by the terms of the entries. */
final class Logs {

    private Logs() {}

    /**
     * A log of entries from 1 on.
     *
     * @param compacted so many of them are not there any more
     * @param terms of all entries
     */
    record Terms(int compacted, List<Long> terms) implements SurvivingLog {

        static Terms of(long... terms) {
            return new Terms(0, LongStream.of(terms).boxed().toList());
        }

        @Override
        public EntryId base() {
            return at(compacted);
        }

        @Override
        public EntryId last() {
            return at(terms.size());
        }

        @Override
        public EntryId idAt(long index) {
            if (!reaches(index)) {
                throw new IllegalArgumentException("there is no entry " + index);
            }
            return at(index);
        }

        private EntryId at(long index) {
            return index == 0 ? EntryId.ORIGIN : new EntryId(terms.get((int) index - 1), index);
        }

        @Override
        public OptionalLong chainHashAt(long index) {
            return OptionalLong.of(terms.subList(0, (int) index).hashCode());
        }
    }

    static Configuration voters(long... ids) {
        return Configuration.of(ids(ids));
    }

    /** A survivor whose log is whole and can be gone on from. */
    static Survivor survivor(long id, Configuration members, SurvivingLog log, long committed) {
        return survivor(
                id,
                members,
                log,
                new Standing(
                        committed,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        true,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    static Survivor survivor(long id, Configuration members, SurvivingLog log, Standing standing) {
        long term = log.last().term();
        return new Survivor(
                id + ".data",
                new Identity(0xc1, new MemberId(id), "m" + id),
                new HardState(
                        term,
                        Optional.empty(),
                        Math.min(standing.committed(), log.last().index())),
                log,
                members,
                standing);
    }

    /** With a log that has lost something. */
    static Survivor damaged(long id, Configuration members, SurvivingLog log, long committed) {
        return damaged(id, members, log, committed, OptionalLong.empty());
    }

    /** With a log that has lost something, up to an entry that it had. */
    static Survivor damaged(long id, Configuration members, SurvivingLog log, long committed, OptionalLong unreadable) {
        return survivor(
                id,
                members,
                log,
                new Standing(
                        committed,
                        Optional.empty(),
                        Optional.empty(),
                        unreadable,
                        false,
                        Optional.empty(),
                        Optional.of("damaged"),
                        Optional.empty()));
    }

    /** With a log that has lost something, and a state that is intact. */
    static Survivor withState(long id, Configuration members, SurvivingLog log, long applied) {
        InspectedState state = new InspectedState("state/kv", applied, 1, 0, "", "");
        return survivor(
                id,
                members,
                log,
                new Standing(
                        applied,
                        Optional.empty(),
                        Optional.of(state),
                        OptionalLong.empty(),
                        false,
                        Optional.of(state),
                        Optional.of("damaged"),
                        Optional.empty()));
    }

    /** With a log that is whole, and without a state that leads to it. */
    static Survivor stateless(long id, Configuration members, SurvivingLog log, long committed) {
        return survivor(
                id,
                members,
                log,
                new Standing(
                        committed,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalLong.empty(),
                        true,
                        Optional.empty(),
                        Optional.of("no state"),
                        Optional.empty()));
    }

    static Configuration withLearner(Configuration members, long id) {
        return members.withLearner(new MemberId(id), List.of());
    }

    static Set<MemberId> ids(long... ids) {
        return LongStream.of(ids).mapToObj(MemberId::new).collect(Collectors.toSet());
    }
}
