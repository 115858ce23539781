package io.quorate.server;

import io.quorate.kv.NoteOperation;
import io.quorate.server.NewEpoch.Made;
import io.quorate.server.SnapshotImport.Imported;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import io.quorate.server.recover.RecoveryReport;
import io.quorate.server.recover.RecoveryReport.Entries;
import io.quorate.server.recover.RecoveryReport.Member;
import io.quorate.server.recover.RecoveryReport.Outlook;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** What is put on record of how a cluster was made of what was left of another one: of a snapshot, or of a survivor. */
final class FoundingDescription {

    /** More than this is not told of the entries of very many survivors, or of very many members. */
    private static final int MAX_BYTES = NoteOperation.MAX_REPORT_BYTES - 1024;

    private final long beganMillis;
    private final OperationReport.Builder report;

    /**
     * One of what is about to be done.
     *
     * @param title what was asked for
     * @param askedBy who asked for it, and on which machine
     */
    FoundingDescription(String title, String askedBy) {
        this.beganMillis = System.currentTimeMillis();
        this.report = OperationReport.newBuilder().setTitle(title).setAskedBy(askedBy);
    }

    /** Before anything is written. */
    void hasRoom(FoundingRoom room) {
        Check.Verdict verdict = room.usableBytes().isPresent() ? Check.Verdict.FINE : Check.Verdict.WARNING;
        report.addPreflight(check("disk", verdict, room.finding()));
    }

    /** It is done: a snapshot was restored. */
    Operation ofRestore(Path file, Imported imported, SnapshotImport.Options options, String member) {
        // Nobody knows then what the file would have been refused for.
        report.setForced(options.skipHashCheck());
        report.addPreflight(
                options.skipHashCheck()
                        ? check("checksum", Check.Verdict.WARNING, "it was not asked for: --skip-hash-check")
                        : check("checksum", Check.Verdict.FINE, "the file is what its SHA-256 was made of"));
        step(
                "restore " + file.getFileName() + " as member " + member,
                "revision " + imported.content().revision()
                        + (options.revisionBump() > 0
                                ? ", which is " + options.revisionBump()
                                        + " more than the file's, and all before it compacted"
                                : "")
                        + ", " + imported.content().changes() + " changes of keys, "
                        + imported.content().leases() + " leases, "
                        + imported.content().users() + " users, "
                        + imported.content().roles() + " roles; digest " + imported.digest());
        return done(imported.clusterId(), "this cluster was founded with the state of that snapshot");
    }

    /** It is done: the best survivor of a lost quorum goes on. */
    Operation ofRecovery(RecoveryReport found, Made made, boolean force) {
        Outlook outlook = found.outlook()
                .orElseThrow(() -> new IllegalArgumentException("nothing is made where there is none to go on from"));
        outlook.doubts().forEach(doubt -> report.addPreflight(check("doubt", Check.Verdict.REFUSED, doubt)));
        report.setForced(force && !outlook.doubts().isEmpty());
        report.addPreflight(check(
                "quorum",
                Check.Verdict.WARNING,
                "of " + outlook.voters() + " voters " + outlook.votersAtHand() + " were left, and " + outlook.quorum()
                        + " make a quorum"));
        found.survivors().forEach(survivor -> report.addPreflight(survivor(survivor)));
        outlook.entries().forEach(entries -> report.addPreflight(fate(entries)));
        if (outlook.stateOnly()) {
            report.addPreflight(check(
                    "state",
                    Check.Verdict.WARNING,
                    "it was asked for to go on from the state of " + outlook.name()
                            + " in place of its log, which has lost something"));
        }
        if (outlook.unseenLoss()) {
            report.addPreflight(check(
                    "entries",
                    Check.Verdict.WARNING,
                    "whatever was acknowledged after entry " + outlook.certain()
                            + " and is in no survivor's log is lost; nothing tells whether there was any"));
        }
        step(
                "make epoch " + made.epoch() + " of " + outlook.name(),
                "member " + made.memberId() + " at entry " + made.last() + ", in term " + made.term() + ", at revision "
                        + made.revision());
        report.addVerified(check(
                "data",
                Check.Verdict.FINE,
                "all of the new directory was read: no checksum is wrong, and its state has the digest "
                        + made.digest()));
        return done(
                Long.parseUnsignedLong(made.clusterId(), 16),
                "the cluster goes on as epoch " + made.epoch() + " with what " + outlook.name() + " had");
    }

    private static Check survivor(Member survivor) {
        String what = survivor.name() + ": its log ends at " + survivor.last() + ", and it knew entries up to "
                + survivor.committed() + " to be committed";
        return survivor.unfit()
                .or(survivor::doubt)
                .map(why -> check("survivor", Check.Verdict.WARNING, what + "; " + why))
                .orElseGet(() -> check("survivor", Check.Verdict.FINE, what));
    }

    private static Check fate(Entries entries) {
        return check(
                "entries",
                entries.kept() ? Check.Verdict.FINE : Check.Verdict.WARNING,
                (entries.kept() ? "kept: " : "LOST: ") + entries.first() + " to " + entries.last() + " of "
                        + entries.name() + ", since " + entries.why());
    }

    private void step(String name, String result) {
        report.addSteps(Step.newBuilder()
                .setName(name)
                .setDone(true)
                .setResult(result)
                .setMillis(System.currentTimeMillis() - beganMillis));
    }

    private Operation done(long clusterId, String outcome) {
        report.setFoundedClusterId(clusterId).setOutcome(outcome);
        return Operation.newBuilder()
                .setState(Operation.State.DONE)
                .setBeganMillis(beganMillis)
                .setToldMillis(System.currentTimeMillis())
                .setReport(fitting(report))
                .build();
    }

    /**
     * What is put on record once the cluster lives: what the command has told, and what its first leader has verified of it.
     *
     * @param founding as the command has told it
     * @param checks that were made of the living cluster
     */
    static Operation verified(Operation founding, List<Check> checks) {
        OperationReport.Builder report = founding.getReport().toBuilder().addAllVerified(checks);
        boolean refused = checks.stream().anyMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
        Optional<Check> warning = checks.stream()
                .filter(check -> check.getVerdict() == Check.Verdict.WARNING)
                .findFirst();
        String found = refused
                ? ", but it is not found as promised: see what was verified, and 'quorate why'"
                : warning.map(first -> ", which is verified as far as the founders were there: " + first.getFinding())
                        .orElse(", which is verified");
        report.setOutcome(report.getOutcome() + found);
        return founding.toBuilder()
                .setState(refused ? Operation.State.FAILED : Operation.State.DONE)
                .setReport(fitting(report))
                .build();
    }

    /** All members keep it in memory: what is too long gives up its longest part. */
    private static OperationReport.Builder fitting(OperationReport.Builder report) {
        if (report.build().getSerializedSize() > MAX_BYTES) {
            report.clearPreflight()
                    .addPreflight(check(
                            "length",
                            Check.Verdict.WARNING,
                            "what was found before is too long for a record; it was printed by the command"));
        }
        return report;
    }

    private static Check check(String name, Check.Verdict verdict, String finding) {
        return Check.newBuilder()
                .setName(name)
                .setVerdict(verdict)
                .setFinding(finding)
                .build();
    }
}
