package io.quorate.server.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.report.Exposure.Listener;
import io.quorate.server.report.MemberReport.Certificate;
import io.quorate.server.report.MemberReport.RevocationList;
import io.quorate.server.report.MemberReport.Tls;
import io.quorate.server.report.Problem.Urgency;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is held to be weak of which exposures, case by case. */
class SecurityProblemsTest {

    /** Of every member's clock, in {@link Told}. */
    private static final long NOW = 1_700_000_000_000L;

    private static final long DAY = 24L * 3600 * 1000;

    private static List<String> weak(Told told) {
        return Diagnosis.ofSecurity(told.done()).problems().stream()
                .map(problem -> problem.urgency() + " " + problem.subject() + " " + problem.what())
                .toList();
    }

    /** One member of the three listens so. */
    private static Told listening(Listener listener, boolean users) {
        return Told.well().member("a", a -> a.exposed(old -> with(old, List.of(listener), users, old.tokens())));
    }

    private static Exposure with(Exposure old, List<Listener> listeners, boolean users, String tokens) {
        return new Exposure(
                listeners,
                users,
                old.usersByCertificate(),
                tokens,
                old.insecureAllowed(),
                old.openFiles(),
                old.refusedClients(),
                old.refusedMembers());
    }

    private static Listener plain(boolean ofMembers, boolean reachable) {
        return new Listener("http://0.0.0.0:1", ofMembers, reachable, false, Optional.empty());
    }

    @Test
    void nothingIsWeak() {
        assertThat(weak(Told.well())).isEmpty();
    }

    @Test
    void plainTextBeyondTheMachineIsCritical() {
        assertThat(weak(listening(plain(false, true), true)))
                .containsExactly(
                        "CRITICAL node-a talks to clients in plain text at http://0.0.0.0:1: whoever is on the way"
                                + " can read and change what is said, passwords too");
        assertThat(weak(listening(plain(true, true), true)))
                .containsExactly(
                        "CRITICAL node-a talks to members in plain text at http://0.0.0.0:1: whoever is on the way"
                                + " can read and change all data, and take part as a member");
    }

    @Test
    void plainTextWithinTheMachineIsNoneOfItsBusiness() {
        assertThat(weak(listening(plain(false, false), true))).isEmpty();
        assertThat(weak(listening(plain(true, false), true))).isEmpty();
    }

    @Test
    void whoeverAsksForNothingServesAnybody() {
        assertThat(weak(listening(Told.client("https://h:2379", false), false)))
                .containsExactly(
                        "CRITICAL node-a serves anybody who reaches https://h:2379: it asks neither for a certificate nor for"
                                + " a user",
                        "NOTICE the cluster has no users: every client that is let in may read and change everything");
        assertThat(weak(listening(Told.client("https://h:2379", false), true))).isEmpty();
        assertThat(weak(listening(Told.member("https://h:2380", false), true)))
                .containsExactly("CRITICAL node-a lets anybody take part as a member who reaches https://h:2380");
    }

    @Test
    void aWitnessHasNoUsersAndServesNobody() {
        assertThat(weak(listening(Told.client("https://h:2379", false), false)
                        .all(draft -> draft.witnesses = List.of("a"))
                        .member("b", b -> b.role = MemberReport.LEADER)
                        .member("a", a -> a.role = "follower")))
                .isEmpty();
    }

    @Test
    void anOlderTlsIsNoticed() {
        Listener older = new Listener("https://h:2379", false, true, true, Optional.of("TLS1.2"));
        assertThat(weak(listening(older, true)))
                .containsExactly("NOTICE node-a speaks TLS 1.2 at https://h:2379 with those who know nothing newer");
    }

    @Test
    void filesThatOthersMayReadAreSerious() {
        Told told = Told.well()
                .member(
                        "b",
                        b -> b.exposed(old -> new Exposure(
                                old.listeners(), true, false, old.tokens(), true, List.of("b.key", "b.data"), 0, 0)));
        assertThat(weak(told))
                .containsExactly(
                        "SERIOUS node-b has files that others than their owner may read or change: b.key, b.data",
                        "NOTICE node-b was started with --allow-insecure: it would serve other machines in plain text, or"
                                + " whoever they are");
    }

    @Test
    void simpleTokensAreNoticedWhereThereAreUsersAndSeveralMembers() {
        Told told = Told.well().all(draft -> draft.exposed(old -> with(old, old.listeners(), true, Exposure.SIMPLE)));
        assertThat(weak(told)).singleElement().asString().startsWith("NOTICE the cluster gives users simple tokens");
        told.all(draft -> draft.exposed(old -> with(old, old.listeners(), false, Exposure.SIMPLE)));
        assertThat(weak(told)).noneMatch(text -> text.contains("tokens"));
    }

    @Test
    void membersThatDoNotKnowEachOthersTokensAreSerious() {
        Told told = Told.well().member("c", c -> c.exposed(old -> with(old, old.listeners(), true, "jwt HS256")));
        assertThat(weak(told))
                .containsExactly(
                        "SERIOUS the cluster has members with different kinds of tokens, which do not know each"
                                + " other's: node-a jwt RS256, node-b jwt RS256, node-c jwt HS256");
    }

    @Test
    void whatIsNotToldIsNotHeldForGood() {
        assertThat(weak(Told.well().silent("b", "it does not answer").member("c", c -> c.exposure = Optional.empty())))
                .containsExactlyInAnyOrder(
                        "SERIOUS node-b does not tell who may connect with it: it does not answer",
                        "SERIOUS node-c does not tell who may connect with it: it is of an earlier release, or its"
                                + " disk does not answer");
    }

    @Test
    void aListOfRevokedCertificatesThatIsOverdueIsToldOf() {
        Told told = Told.well()
                .member(
                        "b",
                        b -> b.tls = Optional.of(new Tls(
                                List.of(),
                                List.of(),
                                List.of(
                                        new RevocationList("the peer port", "CN=CA", NOW - DAY),
                                        new RevocationList("the client port", "CN=CA", NOW + DAY)))));
        assertThat(weak(told))
                .singleElement()
                .satisfies(text -> assertThat(text)
                        .startsWith("NOTICE node-b has at the peer port a list of revoked certificates of CN=CA that is"
                                + " overdue since "));
    }

    @Test
    void theMostUrgentComesFirstWithCertificatesAmongTheRest() {
        Told told = listening(plain(false, true), false)
                .member(
                        "b",
                        b -> b.tls = Optional.of(new Tls(
                                List.of(
                                        new Certificate("the peer port", "CN=b", NOW + DAY, Optional.empty()),
                                        new Certificate("the client port", "CN=b", NOW - DAY, Optional.empty())),
                                List.of())));
        assertThat(Diagnosis.ofSecurity(told.done()).problems())
                .extracting(Problem::urgency)
                .containsExactly(Urgency.CRITICAL, Urgency.CRITICAL, Urgency.NOTICE, Urgency.NOTICE);
        assertThat(weak(told))
                .anyMatch(text ->
                        text.startsWith("CRITICAL node-b has at the client port a certificate that has expired"))
                .anyMatch(
                        text -> text.startsWith("NOTICE node-b has at the peer port a certificate that expires soon"));
    }
}
