package io.quorate.server.report;

import io.quorate.kv.ManagedOperation;
import io.quorate.server.autopilot.AutopilotReport;
import io.quorate.server.autopilot.Elapsed;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.Operation.State;
import io.quorate.server.report.Problem.Urgency;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What was done to a cluster as a whole and did not end well, and what its members would do by themselves that they should not.
 *
 * <p>An operation that did not end well is settled once one of the same title was done. What was refused before its first step has
 * changed nothing, so nothing is wrong because of it. What has made the cluster cannot be done again in it: whether that is well by now
 * the members tell.
 */
final class OperationProblems {

    /** What is longer ago was looked at, or nobody ever will. */
    private static final long RECENT_MILLIS = Duration.ofDays(7).toMillis();

    private static final String AGAIN = " tells how far it came; mend what kept it from its end, and do it again";

    private static final String WELL_BY_NOW =
            " tells what was not found as promised then; no member that answers tells of a log or a state that differs by now, so"
                    + " nothing is to be done if 'quorate doctor' finds nothing else";

    /** The last way, since it costs more than a member that is brought back. */
    private static final String FOUND_ANEW =
            " tells what was not found as promised; do what 'quorate why' tells. Only where it tells no remedy is the cluster"
                    + " founded anew, in new directories, by restoring the same file at all founders or recovering the survivor"
                    + " again, which loses whatever was written since";

    private final ClusterReports cluster;
    private final ManagerAnswers answers;
    private final long nowMillis;
    private final List<Problem> problems = new ArrayList<>();

    private OperationProblems(ClusterReports cluster, ManagerAnswers answers) {
        this.cluster = cluster;
        this.answers = answers;
        this.nowMillis = now(cluster, answers);
    }

    static List<Problem> of(ClusterReports cluster, ManagerAnswers answers) {
        OperationProblems found = new OperationProblems(cluster, answers);
        found.operations();
        found.founding();
        found.autopilots();
        found.silent();
        return found.problems;
    }

    /** By the members' clocks, since these have dated the operations. */
    private static long now(ClusterReports cluster, ManagerAnswers answers) {
        long[] clocks = cluster.reports().stream()
                .mapToLong(MemberReport::timeMillis)
                .sorted()
                .toArray();
        return clocks.length > 0
                ? clocks[(clocks.length - 1) / 2]
                : answers.operations().stream()
                        .mapToLong(Operation::getToldMillis)
                        .max()
                        .orElse(0);
    }

    private void add(Urgency urgency, String subject, String what, String remedy) {
        problems.add(new Problem(urgency, subject, what, remedy));
    }

    private void operations() {
        for (Operation operation : answers.operations()) {
            long silentMillis = nowMillis - operation.getToldMillis();
            if (operation.getState() == State.RUNNING && silentMillis > ManagedOperation.MAX_SILENCE_MILLIS) {
                add(
                        Urgency.SERIOUS,
                        called(operation),
                        "is not over, and was heard of last " + time(silentMillis) + " ago: whoever did it is gone",
                        see(operation)
                                + " tells how far it came; what was done stands, and the next one takes its place");
            }
        }
        List<Operation> unsettled = unsettled();
        unsettled.stream()
                .filter(operation -> !operation.getAside() && !isByItself(operation))
                .reduce((earlier, later) -> later)
                .ifPresent(latest -> add(
                        Urgency.SERIOUS,
                        called(latest),
                        ended(latest) + ", and was not done since",
                        see(latest) + AGAIN));
        unsettled.stream()
                .filter(Operation::getAside)
                .forEach(copy -> add(
                        Urgency.SERIOUS,
                        called(copy),
                        ended(copy) + ", and there is no good copy by it since",
                        "make one, when what kept it from its end is mended; older ones stay as they are"));
        unsettled.stream()
                .filter(OperationProblems::isByItself)
                .forEach(action -> add(
                        Urgency.NOTICE,
                        called(action),
                        ended(action) + ", and was not done since",
                        "the cluster did it by itself, and tries it again where that is called for; " + see(action)
                                + " tells how far it came, 'quorate autopilot status' what comes next"));
        forced();
    }

    /** What was not found as promised then may have come right since: so the members of now tell how bad it is. */
    private void founding() {
        answers.operations().stream()
                .filter(OperationProblems::isFounding)
                .reduce((earlier, later) -> later)
                .filter(latest -> hasMadeThis(latest) && endedBadly(latest) && isRecent(latest))
                .ifPresent(failed -> add(
                        differs() ? Urgency.SERIOUS : Urgency.NOTICE,
                        called(failed),
                        ended(failed),
                        see(failed) + (differs() ? FOUND_ANEW : WELL_BY_NOW)));
    }

    /** Recovering a cluster keeps its state, and what was on record of the epoch before with it. */
    private boolean hasMadeThis(Operation founding) {
        String made = Long.toHexString(founding.getReport().getFoundedClusterId());
        return cluster.mostKnowing()
                .filter(report -> !report.clusterId().equals(made))
                .isEmpty();
    }

    /** Whether a log or a state is known to be another one than the others', as far as members answer. */
    private boolean differs() {
        return cluster.reports().stream()
                .anyMatch(report -> report.logDiverged().isPresent()
                        || report.fenced()
                        || !report.verification().differing().isEmpty());
    }

    /** The latest of each title that did not end well, unless one of that title was done since; in the order of their ids. */
    private List<Operation> unsettled() {
        Map<String, Operation> byTitle = new HashMap<>();
        for (Operation operation : answers.operations()) {
            String title = operation.getReport().getTitle();
            if (isFounding(operation)) {
                continue;
            }
            if (operation.getState() == State.DONE) {
                byTitle.remove(title);
            } else if (endedBadly(operation)) {
                byTitle.put(title, operation);
            }
        }
        return byTitle.values().stream()
                .filter(this::isRecent)
                .sorted(Comparator.comparingLong(Operation::getId))
                .toList();
    }

    private static boolean endedBadly(Operation operation) {
        boolean refused = !operation.getAside()
                && operation.getReport().getStepsCount() == 0
                && !operation.getReport().getForced()
                && operation.getReport().getPreflightList().stream()
                        .anyMatch(check -> check.getVerdict() == Check.Verdict.REFUSED);
        return operation.getState() == State.BROKEN_OFF || (operation.getState() == State.FAILED && !refused);
    }

    /** An autopilot has done it, or a leader that gave way. */
    private static boolean isByItself(Operation operation) {
        return operation.getReport().getAskedBy().isEmpty();
    }

    /** It has made a cluster, of a snapshot or of a survivor. */
    private static boolean isFounding(Operation operation) {
        return operation.getReport().getFoundedClusterId() != 0;
    }

    private boolean isRecent(Operation operation) {
        return nowMillis - operation.getToldMillis() <= RECENT_MILLIS;
    }

    private void forced() {
        List<Operation> forced = answers.operations().stream()
                .filter(operation -> operation.getReport().getForced() && isRecent(operation))
                .toList();
        if (forced.isEmpty()) {
            return;
        }
        Operation latest = forced.getLast();
        String findings = latest.getReport().getPreflightList().stream()
                .filter(check -> check.getVerdict() == Check.Verdict.REFUSED)
                .map(Check::getFinding)
                .collect(Collectors.joining("; "));
        String others = forced.size() == 1 ? "" : "; it is the latest of " + forced.size() + " in the last 7 days";
        add(
                Urgency.NOTICE,
                called(latest),
                "was forced " + ago(latest) + " against what was found before"
                        + (findings.isEmpty() ? "" : ": " + findings) + others,
                "see that what it was refused for is mended by now: " + see(latest));
    }

    private void autopilots() {
        List<AutopilotReport> told = answers.autopilots();
        Set<AutopilotReport.Policy> policies =
                told.stream().map(AutopilotReport::policy).collect(Collectors.toSet());
        if (policies.size() < 2) {
            return;
        }
        Optional<AutopilotReport> leading =
                told.stream().filter(AutopilotReport::leads).findFirst();
        String who = leading.map(leader ->
                        cluster.called(leader.memberId()) + ", which leads, goes by another one than "
                                + told.stream()
                                        .filter(other -> !other.policy().equals(leader.policy()))
                                        .map(other -> cluster.called(other.memberId()))
                                        .collect(Collectors.joining(", ")))
                .orElseGet(() -> "there are " + policies.size() + " among "
                        + told.stream()
                                .map(one -> cluster.called(one.memberId()))
                                .collect(Collectors.joining(", ")));
        add(
                Urgency.NOTICE,
                Problem.CLUSTER,
                "has members with different policies of the autopilot, and each goes by its own while it leads: " + who,
                "start all members with the same --autopilot-policy");
    }

    /** What was not told is said, lest silence be taken for health. A member that tells nothing at all is told of elsewhere. */
    private void silent() {
        if (!answers.operationsFailure().isEmpty()) {
            add(
                    Urgency.NOTICE,
                    Problem.CLUSTER,
                    "does not tell which operations are on record, so that nothing is known of them: "
                            + answers.operationsFailure(),
                    "ask again when it has a leader, as somebody who administers");
        }
        answers.autopilotFailures().forEach((id, why) -> {
            if (cluster.report(id).isPresent()) {
                add(
                        Urgency.NOTICE,
                        cluster.called(id),
                        "does not tell what its autopilot does: " + why,
                        "ask again; bring it to the same release as the others if it stays so");
            }
        });
    }

    private static String called(Operation operation) {
        return "operation " + operation.getId() + " (" + operation.getReport().getTitle() + ")";
    }

    private static String see(Operation operation) {
        return "'quorate operations " + operation.getId() + "'";
    }

    private String ended(Operation operation) {
        return operation.getState() == State.BROKEN_OFF
                ? "was broken off, and heard of last " + ago(operation)
                : "failed " + ago(operation) + ": " + operation.getReport().getOutcome();
    }

    private String ago(Operation operation) {
        return time(nowMillis - operation.getToldMillis()) + " ago";
    }

    private static String time(long millis) {
        return Elapsed.text(Duration.ofSeconds(Math.max(0, millis) / 1000));
    }
}
