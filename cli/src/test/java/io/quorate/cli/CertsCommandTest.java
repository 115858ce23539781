package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import io.quorate.server.certs.CertificateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A CA in a folder: what it issues, and how another one follows it. */
class CertsCommandTest {

    private static final String CLUSTER = "a=https://10.0.0.1:2380,b=https://node-b:2380";

    @TempDir
    private Path dir = Path.of("");

    private CommandRun certs(String... arguments) {
        String[] all = new String[arguments.length + 3];
        all[0] = "certs";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        all[arguments.length + 1] = "--dir";
        all[arguments.length + 2] = dir.toString();
        return CommandRun.of(all);
    }

    private void done(String... arguments) {
        CommandRun run = certs(arguments);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    private void refused(int exitCode, String sentence, String... arguments) {
        CommandRun run = certs(arguments);
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.err()).contains(sentence).hasLineCount(1);
    }

    private String file(String name) {
        return dir.resolve(name).toString();
    }

    /** What the certificates in a file say. */
    private JsonArray inspected(String name) {
        CommandRun run = CommandRun.of("certs", "inspect", file(name), "--output", "json");
        assertThat(run.err()).isEmpty();
        return JsonParser.parseString(run.out()).getAsJsonObject().getAsJsonArray("certificates");
    }

    private String said(String name, String what) {
        return inspected(name).get(0).getAsJsonObject().get(what).toString();
    }

    @Test
    void membersAndClientsGetWhatTheyNeedAndKeysAreTheirOwners() throws IOException {
        done("init");
        done("member", "--initial-cluster", CLUSTER, "--hosts", "clients.example.org");
        done("client", "ann");
        assertThat(said("a.crt", "addresses")).contains("10.0.0.1", "127.0.0.1");
        assertThat(said("a.crt", "hosts"))
                .contains("localhost", "clients.example.org")
                .doesNotContain("node-b");
        assertThat(said("b.crt", "hosts")).contains("node-b");
        assertThat(said("a.crt", "uses")).isEqualTo("[\"server\",\"client\"]");
        assertThat(said("ann.crt", "uses")).isEqualTo("[\"client\"]");
        assertThat(said("ann.crt", "subject")).isEqualTo("\"CN=ann\"");
        assertThat(said("ca.crt", "uses")).isEqualTo("[\"CA\"]");
        for (String key : new String[] {"ca.key", "a.key", "ann.key"}) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve(key))))
                    .as(key)
                    .isEqualTo("rw-------");
        }
        assertThat(CommandRun.of("certs", "inspect", file("a.crt")).out())
                .contains("CN=a", "CN=Quorate CA", "server,client", "days more");
    }

    @Test
    void aCertificateMayBeOneMembersAlone() {
        done("init");
        done("member", "a", "--hosts", "10.0.0.1", "--member-id", "00CAFE");
        assertThat(said("a.crt", "uris")).isEqualTo("[\"quorate:member/cafe\"]");
        refused(ExitCode.USAGE, "--member-id is \"x\", which is not a member's id", "member", "a", "--member-id", "x");
        refused(
                ExitCode.USAGE,
                "--member-id is one member's, and 2 are named",
                "member",
                "--initial-cluster",
                CLUSTER,
                "--member-id",
                "1");
    }

    @Test
    void oneAuthorityFollowsAnotherInSteps() {
        done("init", "--name", "first");
        done("member", "a", "--hosts", "10.0.0.1");
        String before = said("a.crt", "serial_number");
        done("rotate");
        assertThat(said("a.crt", "serial_number")).isNotEqualTo(before);
        assertThat(said("a.crt", "addresses")).contains("10.0.0.1");

        done("rotate", "--new-ca", "--name", "second");
        assertThat(inspected("ca.crt")).hasSize(2);
        assertThat(said("ca.crt", "subject")).isEqualTo("\"CN=second\"");
        refused(ExitCode.FAILED, "is not of the CA that issues now; renew it", "rotate", "--drop-old-ca");
        refused(ExitCode.FAILED, "trusts 2 CAs already", "rotate", "--new-ca");
        done("rotate");
        assertThat(said("a.crt", "issuer")).isEqualTo("\"CN=second\"");
        done("rotate", "--drop-old-ca");
        assertThat(inspected("ca.crt")).hasSize(1);
        assertThat(said("ca.crt", "subject")).isEqualTo("\"CN=second\"");
    }

    @Test
    void whatCannotBeDoneChangesNothing() throws IOException {
        refused(ExitCode.FAILED, "has no CA; make one with 'quorate certs init'", "client", "ann");
        done("init");
        byte[] authority = Files.readAllBytes(dir.resolve("ca.crt"));
        refused(ExitCode.FAILED, "has a CA already", "init");
        refused(ExitCode.FAILED, "\"ca\" cannot be the name of a file with a certificate", "client", "ca");
        refused(ExitCode.FAILED, "cannot be the name of a file", "client", "../ann");
        refused(ExitCode.USAGE, "say for whom", "member");
        refused(ExitCode.USAGE, "--days is 0", "client", "ann", "--days", "0");
        refused(ExitCode.USAGE, "give one of them", "rotate", "--new-ca", "--drop-old-ca");
        refused(ExitCode.USAGE, "--days is of a new CA, and none is made", "rotate", "--days", "30");
        assertThat(Files.readAllBytes(dir.resolve("ca.crt"))).isEqualTo(authority);
        assertThat(CommandRun.of("certs").exitCode()).isEqualTo(ExitCode.USAGE);
        CommandRun inspected = CommandRun.of("certs", "inspect", file("no.crt"));
        assertThat(inspected.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(inspected.err()).contains("does not exist");
    }

    @Test
    void whatIsRevokedIsInspectedAsSuch() throws IOException {
        done("init");
        done("client", "ann");
        done("client", "bob");
        String number = said("ann.crt", "serial_number");
        CommandRun empty = CommandRun.of("certs", "inspect", file("ca.crl"));
        assertThat(empty.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(empty.out()).contains("LIST OF", "CN=Quorate CA").doesNotContain("SUBJECT");

        refused(ExitCode.FAILED, "there is no folder for", "revoke", "ann", "--crl-file", file("none/copy.crl"));
        CommandRun revoked = certs("revoke", "ann", "--crl-file", file("copy.crl"), "--crl-file", file("another.crl"));
        assertThat(revoked.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(revoked.out()).contains("ca.crl: revokes ann, number " + number.replace("\"", ""));
        assertThat(dir.resolve("copy.crl")).hasSameTextualContentAs(dir.resolve("ca.crl"));
        assertThat(dir.resolve("another.crl")).hasSameTextualContentAs(dir.resolve("ca.crl"));
        CommandRun anns = CommandRun.of("certs", "inspect", file("ann.crt"));
        assertThat(anns.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(anns.out()).contains("revoked on 20");
        assertThat(said("ann.crt", "valid")).isEqualTo("false");
        assertThat(said("bob.crt", "valid")).isEqualTo("true");
        CommandRun json = CommandRun.of("certs", "inspect", file("ca.crl"), "--output", "json");
        assertThat(JsonParser.parseString(json.out())
                        .getAsJsonObject()
                        .getAsJsonArray("revocations")
                        .get(0)
                        .toString())
                .contains("\"number\":\"2\"", "\"serial_numbers\":[" + number + "]");

        refused(ExitCode.FAILED, "is revoked already", "revoke", "ann");
        refused(ExitCode.FAILED, "nothing that is still valid was issued as \"carl\"", "revoke", "carl");
    }

    @Test
    void aCopyThatCannotBeWrittenKeepsNoOtherOneFromIt() throws IOException {
        done("init");
        done("client", "ann");
        Files.createDirectories(dir.resolve("first.crl/in-the-way"));
        String[] revoke = {"revoke", "ann", "--crl-file", file("first.crl"), "--crl-file", file("second.crl")};
        refused(ExitCode.FAILED, "could not be written to " + file("first.crl"), revoke);
        assertThat(dir.resolve("second.crl")).hasSameTextualContentAs(dir.resolve("ca.crl"));

        Files.delete(dir.resolve("first.crl/in-the-way"));
        Files.delete(dir.resolve("first.crl"));
        refused(ExitCode.FAILED, "is revoked already", revoke);
        assertThat(dir.resolve("first.crl")).hasSameTextualContentAs(dir.resolve("ca.crl"));
    }

    @Test
    void aListThatIsOverdueIsWarnedOf() throws IOException {
        Instant before = Instant.now().minus(Duration.ofDays(500));
        new CertificateFolder(dir, () -> before).init("CA", Duration.ofDays(3650));
        CommandRun inspected = CommandRun.of("certs", "inspect", file("ca.crl"));
        assertThat(inspected.err()).hasLineCount(1).contains("warning: ", "ca.crl", "is overdue since", "certs rotate");
        assertThat(JsonParser.parseString(CommandRun.of("certs", "inspect", file("ca.crl"), "--output", "json")
                                .out())
                        .getAsJsonObject()
                        .getAsJsonArray("revocations")
                        .get(0)
                        .getAsJsonObject()
                        .get("overdue")
                        .getAsBoolean())
                .isTrue();
        done("rotate");
        assertThat(CommandRun.of("certs", "inspect", file("ca.crl")).err()).isEmpty();
    }
}
