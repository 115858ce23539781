package io.quorate.server.inspect;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import io.quorate.engine.log.LogInspection;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What was found in data directories, as plain data for whoever shows it.
 *
 * @param members in the order of their names
 * @param comparison what they say laid side by side
 */
public record DataReport(List<Member> members, List<Line> comparison) {

    public DataReport {
        members = List.copyOf(members);
        comparison = List.copyOf(comparison);
    }

    /**
     * Something that was found.
     *
     * @param damage whether something is wrong; otherwise it is a note
     * @param file relative to the member's directory; empty if it is about no file
     * @param offset in that file, in bytes
     * @param firstEntry of those of the log that are concerned, with {@code lastEntry}; empty if none are
     * @param remedy by which repair it ends, and what that would lose; empty if nothing is to be done
     */
    public record Line(
            boolean damage,
            String file,
            Optional<Long> offset,
            Optional<Long> firstEntry,
            Optional<Long> lastEntry,
            String what,
            String remedy) {

        /** A finding, as plain data. */
        public static Line of(Finding finding) {
            return new Line(
                    finding.isDamage(),
                    finding.file(),
                    finding.offset().isPresent() ? Optional.of(finding.offset().getAsLong()) : Optional.empty(),
                    finding.entries().map(EntryRange::first),
                    finding.entries().map(EntryRange::last),
                    finding.what(),
                    finding.remedy());
        }
    }

    /**
     * The log, by its entries' names {@code term/index}.
     *
     * @param after the entry before its first
     * @param last the last that can be relied on
     * @param commitIndex as far as the log itself tells; the member may know more when it runs
     * @param votes whether the member may vote: not while it fetches what it has lost
     */
    public record Log(String after, String last, long commitIndex, long term, boolean votes) {

        static Log of(LogInspection.Content content) {
            return new Log(
                    content.base().toString(),
                    content.last().toString(),
                    content.hardState().commitIndex(),
                    content.hardState().term(),
                    !content.votingSuspended());
        }
    }

    /**
     * A member.
     *
     * @param name as the directory was named
     * @param refusal why it was not looked at; empty if it was
     * @param memberName how people call the member
     * @param memberId in hexadecimal; empty if it is not known
     * @param clusterId in hexadecimal; empty if it is not known
     * @param snapshots the last entry of each, {@code term/index}, the oldest first
     * @param store what the store holds; empty if there is none or it is damaged
     */
    public record Member(
            String name,
            Optional<String> refusal,
            String memberName,
            String memberId,
            String clusterId,
            Optional<Log> log,
            List<String> snapshots,
            Optional<InspectedState> store,
            List<Line> findings) {

        public Member {
            snapshots = List.copyOf(snapshots);
            findings = List.copyOf(findings);
        }

        static Member of(InspectedMember member) {
            return new Member(
                    member.name(),
                    member.refusal(),
                    member.identity().map(identity -> identity.memberName()).orElse(""),
                    member.identity()
                            .map(identity -> Long.toHexString(identity.member().value()))
                            .orElse(""),
                    member.identity()
                            .map(identity -> Long.toHexString(identity.clusterId()))
                            .orElse(""),
                    member.content().map(Log::of),
                    member.snapshots().stream().map(Object::toString).toList(),
                    member.storeState(),
                    member.findings().stream().map(Line::of).toList());
        }
    }

    /**
     * Looks at members' directories and compares them. Writes nothing, and keeps members from starting there meanwhile.
     *
     * @param directories by the names to call them
     * @param keys of what is sealed
     * @throws IOException if one that could be read a moment ago cannot be any more
     */
    public static DataReport of(SortedMap<String, Path> directories, Optional<MasterKeys> keys) throws IOException {
        List<InspectedMember> members = new ArrayList<>();
        try {
            directories.forEach((name, path) -> members.add(InspectedMember.of(name, path, keys)));
            List<Finding> compared = Comparison.of(members);
            return new DataReport(
                    members.stream().map(Member::of).toList(),
                    compared.stream().map(Line::of).toList());
        } finally {
            for (InspectedMember member : members) {
                member.close();
            }
        }
    }

    /** Whether all was looked at, and nothing is wrong. */
    public boolean isGood() {
        return members.stream().allMatch(member -> member.refusal().isEmpty())
                && members.stream()
                        .flatMap(member -> member.findings().stream())
                        .noneMatch(Line::damage)
                && comparison.stream().noneMatch(Line::damage);
    }
}
