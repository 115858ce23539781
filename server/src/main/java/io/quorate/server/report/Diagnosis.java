package io.quorate.server.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What is wrong with a cluster, by what its members tell alone. A pure function: it asks nobody and knows no time but theirs.
 *
 * @param problems the most urgent first
 */
public record Diagnosis(List<Problem> problems) {

    public Diagnosis {
        problems = problems.stream()
                .sorted(Comparator.comparing(Problem::urgency))
                .distinct()
                .toList();
    }

    /** Why there is no leader, why a write is slow or refused, and why a member is behind. */
    public static Diagnosis of(ClusterReports cluster) {
        return new Diagnosis(present(cluster));
    }

    /** The same, and what could go wrong next. */
    public static Diagnosis thorough(ClusterReports cluster) {
        List<Problem> all = present(cluster);
        all.addAll(Precautions.of(cluster));
        all.addAll(DetectionProblems.grave(cluster));
        return new Diagnosis(all);
    }

    /** The same, with what was done to the cluster as a whole, and what its members would do by themselves. */
    public static Diagnosis thorough(ClusterReports cluster, ManagerAnswers answers) {
        List<Problem> all = new ArrayList<>(thorough(cluster).problems());
        all.addAll(OperationProblems.of(cluster, answers));
        return new Diagnosis(all);
    }

    /** Where it is open to those who should not get in, and which certificates keep out those who should, or soon will. */
    public static Diagnosis ofSecurity(ClusterReports cluster) {
        return new Diagnosis(SecurityProblems.of(cluster));
    }

    private static List<Problem> present(ClusterReports cluster) {
        List<Problem> all = new ArrayList<>();
        all.addAll(LeadershipProblems.of(cluster));
        all.addAll(MemberProblems.of(cluster));
        all.addAll(LinkProblems.of(cluster));
        all.addAll(WriteProblems.of(cluster));
        all.addAll(CertificateProblems.of(cluster));
        all.addAll(TokenKeyProblems.of(cluster));
        return all;
    }
}
