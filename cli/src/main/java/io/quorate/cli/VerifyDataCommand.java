package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.inspect.DataReport;
import io.quorate.server.inspect.DataReport.Line;
import io.quorate.server.inspect.DataReport.Member;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.members.ClusterEpoch;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate verify data}: looks at members' data directories while the members do not run, and compares them. */
@Command(
        name = "data",
        description = {
            "Looks at the data directories of members that do not run: every checksum, the hash chain of the log,",
            "snapshots and store against the log, and against the digest of what was written to them; and compares the",
            "members with each other. It never writes.",
            "",
            "Says what is wrong, where, and what would be lost by which repair. Ends with exit code 0 if all is good,"
                    + " and",
            "1 if something is damaged, contradicts something else, or was not looked at since a member runs there."
        },
        footer = {"", "Examples:", "  quorate verify data a.data b.data c.data", "  quorate verify data quorate-data"})
final class VerifyDataCommand implements Callable<Integer> {

    private final OutputStream logStream;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "1..*",
            paramLabel = "<directory>",
            description = "Members' data directories, or directories that hold such, as 'quorate dev' makes them.")
    private List<Path> directories = List.of();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    private boolean json;

    @Mixin
    private KeyOptions keys = new KeyOptions();

    /** @param logStream where the log goes */
    VerifyDataCommand(OutputStream logStream) {
        this.logStream = logStream;
    }

    @Override
    public Integer call() {
        LogOutput.to(logStream, LogLevel.ERROR);
        SortedMap<String, Path> members = new TreeMap<>();
        directories.forEach(directory -> add(directory, members));
        DataReport report;
        try {
            report = DataReport.of(members, keys.keys());
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the data cannot be read: " + e, e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            JsonOutput.print(out, object(report));
        } else {
            print(report, out);
        }
        return report.isGood() ? ExitCode.OK : ExitCode.FAILED;
    }

    /** A member's directory, or those below. */
    private static void add(Path directory, SortedMap<String, Path> members) {
        if (!Files.isDirectory(directory)) {
            throw CommandFailed.usage(directory + " is not a directory; name members' data directories");
        }
        if (InspectedMember.isMember(directory)) {
            members.put(directory.toString(), directory);
            return;
        }
        int before = members.size();
        try (Stream<Path> below = Files.list(directory)) {
            below.filter(InspectedMember::isMember).forEach(member -> members.put(member.toString(), member));
        } catch (IOException e) {
            throw CommandFailed.usage(directory + " cannot be read (" + e + "); name members' data directories");
        }
        if (members.size() == before) {
            throw CommandFailed.usage("neither " + directory
                    + " nor a directory in it holds a member's data; name members' data directories");
        }
    }

    private static void print(DataReport report, PrintWriter out) {
        for (Member member : report.members()) {
            print(member, out);
            out.println();
        }
        if (!report.comparison().isEmpty()) {
            out.println("side by side:");
            report.comparison().forEach(line -> print(line, out));
            out.println();
        }
        long damages = Stream.concat(
                        report.members().stream().flatMap(member -> member.findings().stream()),
                        report.comparison().stream())
                .filter(Line::damage)
                .count();
        long refused = report.members().stream()
                .filter(member -> member.refusal().isPresent())
                .count();
        if (report.isGood()) {
            out.println("all is good");
        } else {
            out.println(damages
                    + (damages == 1 ? " thing is wrong" : " things are wrong")
                    + (refused > 0 ? ", and not all was looked at" : ""));
        }
    }

    private static void print(Member member, PrintWriter out) {
        out.println(member.name()
                + (member.memberId().isEmpty()
                        ? ":"
                        : ": member " + member.memberId() + " (" + member.memberName() + ") of cluster "
                                + ClusterEpoch.ofHex(member.clusterId())));
        member.refusal().ifPresent(why -> out.println("  " + why));
        member.log()
                .ifPresent(log -> out.println("  log        after " + log.after() + " up to " + log.last() + ", term "
                        + log.term() + ", committed at least up to " + log.commitIndex()
                        + (log.votes() ? "" : "; the member does not vote until it has what it lost")));
        if (member.refusal().isEmpty()) {
            out.println("  snapshots  "
                    + (member.snapshots().isEmpty() ? "none" : "at " + String.join(", ", member.snapshots())));
        }
        member.store()
                .ifPresent(store -> out.println(String.format(
                        Locale.ROOT,
                        "  store      at entry %d, revision %d, compacted up to %d, content %s, digest %s",
                        store.appliedIndex(),
                        store.revision(),
                        store.compactedRevision(),
                        store.content(),
                        store.digest())));
        member.findings().forEach(line -> print(line, out));
    }

    private static void print(Line line, PrintWriter out) {
        out.println("  " + (line.damage() ? "WRONG  " : "note   ")
                + (line.file().isEmpty() ? "" : line.file() + where(line)) + line.what());
        if (!line.remedy().isEmpty()) {
            out.println("         -> " + line.remedy());
        }
    }

    private static String where(Line line) {
        return line.offset().map(offset -> " at offset " + offset).orElse("") + ": ";
    }

    private static JsonObject object(DataReport report) {
        JsonObject object = new JsonObject();
        object.addProperty("good", report.isGood());
        JsonArray members = new JsonArray();
        report.members().forEach(member -> members.add(object(member)));
        object.add("members", members);
        object.add("comparison", array(report.comparison()));
        return object;
    }

    private static JsonObject object(Member member) {
        JsonObject object = new JsonObject();
        object.addProperty("directory", member.name());
        member.refusal().ifPresent(why -> object.addProperty("refusal", why));
        object.addProperty("name", member.memberName());
        object.addProperty("member_id", member.memberId());
        object.addProperty("cluster_id", member.clusterId());
        if (!member.clusterId().isEmpty()) {
            object.addProperty("epoch", ClusterEpoch.ofHex(member.clusterId()).number());
        }
        member.log().ifPresent(log -> {
            JsonObject inner = new JsonObject();
            inner.addProperty("after", log.after());
            inner.addProperty("last", log.last());
            inner.addProperty("commit_index", log.commitIndex());
            inner.addProperty("raft_term", log.term());
            inner.addProperty("votes", log.votes());
            object.add("log", inner);
        });
        JsonArray snapshots = new JsonArray();
        member.snapshots().forEach(snapshots::add);
        object.add("snapshots", snapshots);
        member.store().ifPresent(store -> {
            JsonObject inner = new JsonObject();
            inner.addProperty("applied_index", store.appliedIndex());
            inner.addProperty("revision", store.revision());
            inner.addProperty("compacted_revision", store.compactedRevision());
            inner.addProperty("content", store.content());
            inner.addProperty("digest", store.digest());
            object.add("store", inner);
        });
        object.add("findings", array(member.findings()));
        return object;
    }

    private static JsonArray array(List<Line> lines) {
        JsonArray array = new JsonArray();
        for (Line line : lines) {
            JsonObject object = new JsonObject();
            object.addProperty("severity", line.damage() ? "damage" : "note");
            object.addProperty("file", line.file());
            line.offset().ifPresent(offset -> object.addProperty("offset", offset));
            line.firstEntry().ifPresent(entry -> object.addProperty("first_entry", entry));
            line.lastEntry().ifPresent(entry -> object.addProperty("last_entry", entry));
            object.addProperty("what", line.what());
            object.addProperty("remedy", line.remedy());
            array.add(object);
        }
        return array;
    }
}
