package io.quorate.cli;

import io.quorate.server.NewEpoch.Made;
import io.quorate.server.inspect.DataReport.Line;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.recover.RecoveryReport;
import io.quorate.server.recover.RecoveryReport.Entries;
import io.quorate.server.recover.RecoveryReport.Member;
import io.quorate.server.recover.RecoveryReport.Other;
import io.quorate.server.recover.RecoveryReport.Outlook;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What {@code quorate recover} has found and done, as text. */
final class RecoveryText {

    private static final String PEER_URL = "<its peer URL>";

    private RecoveryText() {}

    /** Prints what is left of the cluster. */
    static void print(RecoveryReport report, PrintWriter out) {
        out.println("what is left of cluster " + ClusterEpoch.ofHex(report.clusterId()) + ":");
        out.println();
        Table table =
                new Table("NAME", "ID", "DIRECTORY", "TERM", "VOTE", "LAST", "COMMITTED", "SNAPSHOT", "APPLIED", "LOG");
        for (Member member : report.survivors()) {
            table.add(
                    member.name(),
                    member.memberId(),
                    member.directory(),
                    Long.toString(member.term()),
                    member.vote().orElse("-"),
                    member.last(),
                    Long.toString(member.committed()),
                    member.snapshot().orElse("-"),
                    member.applied().map(index -> Long.toString(index)).orElse("-"),
                    member.intact() ? "intact" : "damaged");
        }
        table.print(out);
        report.outlook()
                .ifPresent(outlook -> outlook.others().stream()
                        .filter(other -> !other.atHand())
                        .forEach(missing -> print(missing, out)));
        out.println();
        for (Member member : report.survivors()) {
            member.unfit().ifPresent(why -> out.println("  " + member.name() + " cannot be gone on from: " + why));
            member.stateAlone()
                    .ifPresent(index ->
                            out.println("  " + member.name() + ": --state-only goes on from its state, at entry "
                                    + index + ", and gives up what its log had behind that"));
            member.doubt().ifPresent(why -> out.println("  " + member.name() + ": " + why));
        }
        for (Line line : report.comparison()) {
            out.println("  " + (line.damage() ? "WRONG " : "") + line.what());
        }
        report.outlook().ifPresent(outlook -> print(outlook, out));
    }

    private static void print(Other missing, PrintWriter out) {
        out.println("missing: " + (missing.name().isEmpty() ? "" : missing.name() + ", ")
                + (missing.voter() ? "voter " : "learner ") + missing.memberId()
                + (missing.peerUrls().isEmpty() ? "" : ", at " + String.join(",", missing.peerUrls())));
    }

    private static void print(Outlook outlook, PrintWriter out) {
        out.println("  of " + outlook.voters() + " voters " + outlook.votersAtHand() + " would vote; "
                + outlook.quorum() + " make a quorum");
        if (!outlook.needed()) {
            return;
        }
        out.println();
        out.println(
                outlook.stateOnly()
                        ? "the best survivor is " + outlook.name() + ", whose state is that of entry "
                                + outlook.certain() + ", and whose log is given up:"
                        : "the best survivor is " + outlook.name() + ", whose log ends at " + outlook.last() + ":");
        for (Entries entries : outlook.entries()) {
            out.println("  " + (entries.kept() ? "kept   " : "LOST   ") + name(entries) + ": "
                    + (entries.fate().equals("at_risk") ? "AT RISK, " : "") + entries.why());
        }
        out.println(
                outlook.unseenLoss()
                        ? "  LOST   writes that were acknowledged after entry " + outlook.certain()
                                + " and are in none of these logs, if there were any: those who are missing or damaged are enough"
                                + " to have committed some by themselves"
                        : "  nothing else can be lost: those who are missing or damaged are too few to have committed anything by"
                                + " themselves");
        outlook.doubts().forEach(doubt -> out.println("  DOUBT  " + doubt));
    }

    private static String name(Entries entries) {
        String range = entries.first() == entries.last()
                ? "entry " + entries.first()
                : "entries " + entries.first() + " to " + entries.last();
        return range + (entries.kept() ? "" : " of " + entries.name());
    }

    /** Prints what was done, or what there is to do. */
    static void printEnd(RecoveryReport report, Optional<Made> made, PrintWriter out) {
        out.println();
        if (made.isPresent()) {
            print(made.get(), out);
        } else if (report.outlook().isEmpty()) {
            out.println(
                    "Nothing was changed. It is impossible to go on from the log of any of these: look at them with 'quorate verify"
                            + " data'"
                            + (report.survivors().stream()
                                            .anyMatch(member ->
                                                    member.stateAlone().isPresent())
                                    ? ", go on from a state alone with --state-only"
                                    : "")
                            + ", or import a snapshot into a new cluster with 'quorate import'.");
        } else if (!report.outlook().get().needed()) {
            out.println(
                    "Nothing was changed, and nothing has to be recovered: those at hand are a quorum. Start them, and they"
                            + " elect a leader by themselves.");
        } else {
            out.println(
                    "Nothing was changed. Is there really nothing left of the missing members, not even a disk? Whatever is"
                            + " named with another --data-dir may have more. To go on from "
                            + report.outlook().get().name() + ", run this again with "
                            + (report.outlook().get().stateOnly() ? "--state-only " : "") + "--confirm"
                            + (report.outlook().get().doubts().isEmpty()
                                    ? "."
                                    : " and, in spite of the doubts, --force."));
        }
    }

    private static void print(Made made, PrintWriter out) {
        out.println("made: epoch " + made.epoch() + ", cluster " + made.clusterId() + ", of member " + made.name()
                + ", id " + made.memberId() + ", in " + made.directory());
        out.println("      at entry " + made.last() + ", term " + made.term() + ", revision " + made.revision()
                + ", digest " + made.digest());
        made.alarms()
                .forEach(alarm ->
                        out.println("      the alarm " + alarm + " stays until it is disarmed: etcdctl alarm disarm"));
        out.println();
        out.println("next:");
        out.println(
                "1. See to it that no member of the old epoch is started again. The new one lets none of them in, but a"
                        + " majority of them would serve clients by itself.");
        out.println("2. Start the member, with all its other flags as they were:");
        String cluster = initialCluster(made.name(), made.peerUrls());
        out.println("   " + server(made.name(), made.directory().toString(), made.peerUrls(), cluster));
        if (!made.others().isEmpty()) {
            out.println("3. Add the others anew, one after the other, each with an empty data directory:");
            addOthers(made, cluster, out);
        }
    }

    private static void addOthers(Made made, String founder, PrintWriter out) {
        String cluster = founder;
        String etcdctl = "   etcdctl --endpoints=" + urls(made.clientUrls(), "<its client URL>") + " member ";
        for (Other other : made.others()) {
            String name = other.name().isEmpty() ? "<name>" : other.name();
            cluster += "," + initialCluster(name, other.peerUrls());
            out.println(etcdctl + "add " + name + " --peer-urls=" + urls(other.peerUrls(), PEER_URL) + " --learner");
            out.println("   " + server(name, "<empty directory>", other.peerUrls(), cluster));
            out.println(etcdctl + "promote <the id that was printed>");
        }
    }

    private static String server(String name, String directory, List<String> peerUrls, String cluster) {
        return "quorate server --name " + name + " --data-dir " + directory + " --initial-advertise-peer-urls "
                + urls(peerUrls, PEER_URL) + " --initial-cluster " + cluster + " --initial-cluster-state existing";
    }

    private static String initialCluster(String name, List<String> peerUrls) {
        return peerUrls.isEmpty()
                ? name + "=" + PEER_URL
                : peerUrls.stream().map(url -> name + "=" + url).collect(Collectors.joining(","));
    }

    private static String urls(List<String> known, String otherwise) {
        return known.isEmpty() ? otherwise : String.join(",", known);
    }
}
