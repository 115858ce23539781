package io.quorate.server.report;

import io.quorate.server.report.Exposure.TokenKey;
import io.quorate.server.report.Exposure.TokenKeys;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;

/** Which keys of tokens keep users from members, since a member does not know what another one signs with, or cannot read its file. */
final class TokenKeyProblems {

    private record Of(MemberReport member, TokenKeys keys) {}

    private final ClusterReports cluster;
    private final List<Problem> problems = new ArrayList<>();

    private TokenKeyProblems(ClusterReports cluster) {
        this.cluster = cluster;
    }

    static List<Problem> of(ClusterReports cluster) {
        TokenKeyProblems found = new TokenKeyProblems(cluster);
        List<Of> telling = cluster.reports().stream()
                .filter(report -> !report.isWitness())
                .flatMap(report ->
                        report.exposure().flatMap(Exposure::tokenKeys).map(keys -> new Of(report, keys)).stream())
                .toList();
        telling.forEach(found::refused);
        for (Of member : telling) {
            member.keys().signingKey().ifPresent(key -> found.signer(member, key, telling));
        }
        return found.problems;
    }

    private void refused(Of member) {
        member.keys()
                .refusedFile()
                .ifPresent(why -> add(
                        member,
                        "does not use its changed file of keys for tokens: " + why,
                        "correct it; until then the keys before them are used"));
    }

    private void signer(Of signing, TokenKey key, List<Of> all) {
        for (Of other : all) {
            if (!other.keys().known().contains(key)) {
                boolean another = other.keys().known().stream()
                        .anyMatch(known -> known.id().equals(key.id()));
                add(
                        other,
                        "takes no tokens of " + cluster.called(signing.member().memberId())
                                + ", which signs them with the key " + key.id() + ": it has "
                                + (another ? "another key of that id" : "no such key"),
                        "bring the key to it; until then clients that go from one to the other have to log in again"
                                + " ('Tokens' in docs/security.md)");
            }
        }
    }

    private void add(Of member, String what, String remedy) {
        problems.add(new Problem(Urgency.SERIOUS, cluster.called(member.member().memberId()), what, remedy));
    }
}
