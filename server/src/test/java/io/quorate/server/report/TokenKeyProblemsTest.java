package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.report.Exposure.TokenKey;
import io.quorate.server.report.Exposure.TokenKeys;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which sets of keys are held to keep users from members. */
class TokenKeyProblemsTest {

    private static final TokenKey OLD = key("old", "thumb-old");
    private static final TokenKey NEXT = key("next", "thumb-next");

    private static TokenKey key(String id, String thumbprint) {
        return new TokenKey(id, "ES256", Optional.of(thumbprint));
    }

    private static TokenKeys keys(TokenKey signing, TokenKey... others) {
        return new TokenKeys(
                Optional.of(signing.id()),
                Stream.concat(Stream.of(signing), Stream.of(others)).toList(),
                Optional.empty());
    }

    private static Exposure with(Exposure old, TokenKeys keys) {
        return new Exposure(
                old.listeners(),
                old.usersEnabled(),
                old.usersByCertificate(),
                Exposure.KEY_SET,
                old.insecureAllowed(),
                old.openFiles(),
                old.refusedClients(),
                old.refusedMembers(),
                Optional.of(keys));
    }

    private static Told told(TokenKeys ofA, TokenKeys ofB, TokenKeys ofC) {
        return Told.well()
                .member("a", a -> a.exposed(old -> with(old, ofA)))
                .member("b", b -> b.exposed(old -> with(old, ofB)))
                .member("c", c -> c.exposed(old -> with(old, ofC)));
    }

    private static List<String> problems(Told told) {
        return TokenKeyProblems.of(told.done()).stream()
                .map(problem -> problem.urgency() + " " + problem.subject() + " " + problem.what())
                .toList();
    }

    @Test
    void eachStepOfARotationIsFineWhicheverMembersHaveTakenIt() {
        List<TokenKeys> steps = List.of(keys(OLD), keys(OLD, NEXT), keys(NEXT, OLD), keys(NEXT));
        for (int step = 1; step < steps.size(); step++) {
            TokenKeys before = steps.get(step - 1);
            TokenKeys after = steps.get(step);
            assertThat(problems(told(before, after, before))).isEmpty();
            assertThat(problems(told(after, after, before))).isEmpty();
        }
        assertThat(Diagnosis.ofSecurity(told(keys(OLD), keys(OLD), keys(OLD)).done())
                        .problems())
                .isEmpty();
    }

    @Test
    void aMemberThatDoesNotKnowWhatAnotherSignsWithIsNamed() {
        assertThat(problems(told(keys(NEXT, OLD), keys(OLD), keys(OLD, NEXT))))
                .containsExactly(
                        "SERIOUS node-b takes no tokens of node-a, which signs them with the key next: it has no such key");
        assertThat(problems(told(keys(OLD), keys(OLD), keys(OLD, key("next", "other")))))
                .isEmpty();
        assertThat(problems(told(keys(OLD), keys(key("old", "other")), keys(OLD))))
                .contains(
                        "SERIOUS node-b takes no tokens of node-a, which signs them with the key old: it has another key of"
                                + " that id");
    }

    @Test
    void aFileThatIsNotUsedIsToldOfByWhyAndByTheStatusOfSecurity() {
        TokenKeys refused = new TokenKeys(Optional.of("old"), List.of(OLD), Optional.of("t.jwks is not a JSON object"));
        ClusterReports cluster = told(refused, keys(OLD), keys(OLD)).done();
        String sentence = "does not use its changed file of keys for tokens: t.jwks is not a JSON object";
        for (Diagnosis diagnosis : List.of(Diagnosis.of(cluster), Diagnosis.ofSecurity(cluster))) {
            assertThat(diagnosis.problems()).extracting(Problem::what).containsExactly(sentence);
        }
    }

    @Test
    void theReportBringsItAll() {
        TokenKeys keys = new TokenKeys(
                Optional.empty(), List.of(OLD, new TokenKey("s", "HS256", Optional.empty())), Optional.of("why"));
        MemberReport report = told(keys, keys, keys).done().reports().getFirst();
        assertThat(ReportJson.read(ReportJson.write(report)).exposure().flatMap(Exposure::tokenKeys))
                .contains(keys);
    }
}
