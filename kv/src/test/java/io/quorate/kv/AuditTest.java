package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.kv.AuditEvent.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on record of commands, that all members come to the same chain, and that it can be neither changed nor cut. */
class AuditTest {
    private static final long NOW = 1_700_000_000_000L;
    private static final AuditOrigin ORIGIN = new AuditOrigin(NOW, 0xabc, "10.0.0.9");

    private final HeapStore ordered = new HeapStore();
    private final TestClient client = new TestClient(MvccStore.open(ordered));

    private static AuditEvents events(int from, int to) {
        List<AuditEvent> events = new ArrayList<>();
        for (int i = from; i <= to; i++) {
            events.add(
                    new AuditEvent(NOW + i, 7, "ann", "10.0.0.9", Kind.AUTHENTICATION, "login", "event " + i, "ok", 1));
        }
        return new AuditEvents(events);
    }

    private List<String> lines() {
        return client.store.auditRecords(1, Integer.MAX_VALUE);
    }

    private static List<String> problems(List<String> lines) {
        AuditChain chain = new AuditChain();
        lines.forEach(chain::add);
        return chain.problems();
    }

    private void begin() {
        client.apply(events(0, 0));
    }

    private void applyAudited(String user, Command command) {
        client.apply(new Audited(ORIGIN, user.isEmpty() ? command : new Authorized(callerOf(user), command)));
    }

    private Caller callerOf(String user) {
        return new Caller(user, client.store.auth().revision());
    }

    private void enableUsers() {
        client.apply(new AuthChange.AddUser("root", b("$hash$"), false));
        client.apply(new AuthChange.GrantRole("root", "root"));
        client.apply(new AuthChange.Enable());
    }

    @Test
    void aClusterInWhichNothingWasPutOnRecordHasNothingOfItInItsState() {
        client.put("a", "1");
        enableUsers();
        applyAudited("root", new AuthChange.AddRole("app"));
        assertThat(client.store.auditLog()).isEqualTo(AuditLog.NONE);
        assertThat(lines()).isEmpty();
        assertThat(ordered.get(StoreKeys.AUDIT_LOG)).isEmpty();
    }

    @Test
    void aRecordIsOneLineThatSaysAllOfIt() {
        client.apply(new AuditEvents(List.of(new AuditEvent(
                NOW, 0xabc, "Zoë \"\\\n", "10.0.0.9", Kind.AUTHENTICATION, "login", "", "wrong password", 3))));
        String body = "{\"previous\":\"" + "0".repeat(64)
                + "\",\"number\":1,\"time\":\"2023-11-14T22:13:20Z\",\"member\":\"abc\",\"user\":\"Zo\\u00eb"
                + " \\\"\\\\\\u000a\",\"address\":\"10.0.0.9\",\"kind\":\"authentication\",\"action\":\"login\",\"object\":\"\",\"result\":\"wrong"
                + " password\",\"count\":3";
        assertThat(lines()).hasSize(1);
        assertThat(lines().getFirst()).startsWith(body + ",\"hash\":\"").hasSize(body.length() + 75);
        assertThat(problems(lines())).isEmpty();
    }

    @Test
    void aChangeOfUsersIsOnRecordWithWhoDidItAndFromWhere() {
        begin();
        enableUsers();
        applyAudited("root", new AuthChange.AddUser("ann", b("$2a$secret"), false));
        applyAudited("root", new AuthChange.GrantRole("ann", "nothing"));
        applyAudited("ann", new AuthChange.AddRole("mine"));
        List<String> told = lines().subList(4, 7);
        assertThat(told.get(0))
                .contains(
                        "\"user\":\"root\",\"address\":\"10.0.0.9\",\"kind\":\"user\",\"action\":\"add\",\"object\":\"ann\",\"result\":\"ok\"");
        assertThat(told.get(1))
                .contains("\"action\":\"grant role nothing\",\"object\":\"ann\",\"result\":\"role not found\"");
        assertThat(told.get(2))
                .contains("\"user\":\"ann\"")
                .contains("\"kind\":\"role\"")
                .contains("\"result\":\"permission denied\"");
        assertThat(String.join("\n", lines())).doesNotContain("secret").doesNotContain("$hash$");
        assertThat(problems(lines())).isEmpty();
    }

    @Test
    void whatComesWithoutItsOriginIsOnRecordAllTheSame() {
        begin();
        client.apply(new AuthChange.AddRole("app"));
        client.apply(new NoteOperation(0, ManagedOperation.State.RUNNING, NOW, false, b("report")));
        assertThat(lines()).hasSize(3);
        assertThat(lines().get(1))
                .contains(
                        "\"time\":\"2023-11-14T22:13:20Z\",\"member\":\"\",\"user\":\"\",\"address\":\"\",\"kind\":\"role\"");
    }

    private static String actionToResult(String line) {
        return line.substring(line.indexOf("\"action\":\"") + 10, line.indexOf("\",\"count\""));
    }

    @Test
    void onlyAccessThatARuleNamesIsOnRecordAndNeverAValue() {
        begin();
        client.apply(new ChangeAuditSettings(new AuditSettings(
                List.of(new AuditRule(Permission.Access.WRITE, b("secret/"), b("secret0"), "")), 1000, 1 << 20)));
        client.put("other", "v1-hidden");
        client.put("secret/a", "v2-hidden");
        client.txn(List.of(), List.of(Put.of(b("secret/b"), b("v3-hidden")), Put.of(b("x"), b("y"))), List.of());
        client.apply(new Audited(ORIGIN, new DeleteRange(b("a"), b("\0"), true)));
        client.delete("other");
        assertThat(lines().stream().skip(2).map(AuditTest::actionToResult))
                .containsExactly(
                        "put\",\"object\":\"\\\"secret/a\\\"\",\"result\":\"ok",
                        "put\",\"object\":\"\\\"secret/b\\\"\",\"result\":\"ok",
                        "delete\",\"object\":\"\\\"a\\\" and all that follows\",\"result\":\"ok");
        assertThat(lines().getLast()).contains("\"address\":\"10.0.0.9\"");
        assertThat(String.join("\n", lines())).doesNotContain("hidden");
        assertThat(client.store.auditLog().settings().isReadOnRecord("ann", b("secret/a"), b("")))
                .isFalse();
    }

    @Test
    void whatATransactionReadsIsARead() {
        begin();
        client.apply(new ChangeAuditSettings(
                new AuditSettings(List.of(new AuditRule(Permission.Access.READ, b("s"), b(""), "")), 1000, 1 << 20)));
        Compare compare = new Compare(b("s"), b(""), new Compare.Version(7), Compare.Outcome.EQUAL);
        client.txn(List.of(compare), List.of(), List.of(Range.of(b("s")), Put.of(b("s"), b("1"))));
        client.apply(new Put(b("s"), b("2"), 0, true, false, false));
        client.put("s", "3");
        assertThat(lines().stream().skip(2).map(AuditTest::actionToResult))
                .hasSize(3)
                .allMatch("read\",\"object\":\"\\\"s\\\"\",\"result\":\"ok"::equals);
    }

    @Test
    void aRuleForOneUserIsNotForOthers() {
        AuditSettings settings = new AuditSettings(
                List.of(new AuditRule(Permission.Access.READWRITE, b("a"), b(""), "ann")), 1000, 1 << 20);
        assertThat(settings.isReadOnRecord("ann", b("a"), b(""))).isTrue();
        assertThat(settings.isReadOnRecord("ann", b("0"), b("b"))).isTrue();
        assertThat(settings.isReadOnRecord("ann", b("0"), b("a"))).isFalse();
        assertThat(settings.isReadOnRecord("ann", b("a\0"), b("\0"))).isFalse();
        assertThat(settings.isReadOnRecord("bob", b("a"), b(""))).isFalse();
    }

    @Test
    void settingsThatMakeNoSenseChangeNothing() {
        begin();
        AuditSettings tooFew = new AuditSettings(List.of(), 10, 1 << 20);
        assertThat(tooFew.problem()).hasValueSatisfying(why -> assertThat(why).contains("not 10"));
        assertThat(client.rejected(new ChangeAuditSettings(tooFew))).isEqualTo(KvError.AUDIT_SETTINGS);
        assertThat(client.store.auditLog().settings()).isEqualTo(AuditSettings.DEFAULTS);
        assertThat(lines().getLast()).contains("\"result\":\"audit settings\"");
    }

    @Test
    void twoStoresComeToTheSameHeadHoweverCommandsAreBatched(@TempDir Path folder) {
        List<Command> commands = new ArrayList<>();
        commands.add(new ChangeAuditSettings(new AuditSettings(List.of(), 100, 1 << 20)));
        for (int i = 0; i < 60; i++) {
            commands.add(events(10 * i, 10 * i + 9));
            commands.add(new Audited(ORIGIN, new AuthChange.AddRole("role " + i)));
        }
        commands.forEach(client::apply);
        try (MvccStore other = MvccStore.open(RocksStore.open(folder.resolve("other"), RocksMemory.standard()))) {
            List<LoggedCommand> logged = new ArrayList<>();
            commands.forEach(command -> logged.add(LoggedCommand.of(logged.size() + 1L, command)));
            other.apply(logged.subList(0, 50), 50);
            other.apply(logged.subList(50, logged.size()), logged.size());
            assertThat(other.auditLog()).isEqualTo(client.store.auditLog());
            assertThat(other.auditRecords(1, 1000)).isEqualTo(lines());
            assertThat(other.digest()).isEqualTo(client.store.digest());
        }
        assertThat(problems(lines())).isEmpty();
    }

    @Test
    void theHeadIsPartOfTheDigest() {
        begin();
        StateDigest before = client.store.digest();
        assertThat(NaiveDigest.of(client.store)).isEqualTo(before);
        client.apply(events(1, 1));
        assertThat(client.store.digest().differingBuckets(before)).isNotEmpty();
    }

    @Test
    void aSnapshotAndARestartKeepIt(@TempDir Path folder) {
        begin();
        client.apply(events(1, 20));
        client.store.checkpointTo(folder.resolve("checkpoint"));
        assertThat(MvccStore.open(ordered).auditLog()).isEqualTo(client.store.auditLog());
        HeapStore fresh = new HeapStore();
        try (MvccStore restored = MvccStore.open(fresh)) {
            restored.restoreFrom(folder.resolve("checkpoint"));
            assertThat(restored.auditLog()).isEqualTo(client.store.auditLog());
            assertThat(restored.auditRecords(1, 100)).isEqualTo(lines());
        }
    }

    @Test
    void theOldestMakeRoomAndWhatIsLeftIsVerifiedByWhatIsOnRecordOfThat() {
        client.apply(new ChangeAuditSettings(new AuditSettings(List.of(), 128, 1 << 20)));
        for (int i = 0; i < 50; i++) {
            client.apply(events(10 * i, 10 * i + 9));
            assertThat(client.store.auditLog().count()).isLessThanOrEqualTo(128);
        }
        AuditLog log = client.store.auditLog();
        assertThat(log.last()).isGreaterThan(500);
        assertThat(lines()).hasSize((int) log.count());
        assertThat(log.bytes())
                .isEqualTo(lines().stream().mapToLong(String::length).sum());
        assertThat(problems(lines())).isEmpty();
        assertThat(problems(lines().subList(1, lines().size())))
                .singleElement()
                .asString()
                .contains("no record says that they were given up");
        assertThat(MvccStore.open(ordered).auditLog()).isEqualTo(log);
    }

    @Test
    void bytesAreLimitedAsWell() {
        client.apply(new ChangeAuditSettings(new AuditSettings(List.of(), AuditSettings.MAX_RECORDS, 1 << 20)));
        for (int i = 0; i < 40; i++) {
            client.apply(events(100 * i, 100 * i + 99));
            assertThat(client.store.auditLog().bytes()).isLessThanOrEqualTo((1 << 20) + 1000);
        }
        assertThat(client.store.auditLog().first()).isGreaterThan(1);
        assertThat(problems(lines())).isEmpty();
    }

    @Test
    void whatIsAboveALowerLimitIsGivenUpBitByBitAndWhatIsLeftIsVerifiedAtEachStep() {
        client.apply(new ChangeAuditSettings(new AuditSettings(List.of(), 10_000, 1 << 20)));
        for (int i = 0; i < 25; i++) {
            client.apply(events(100 * i, 100 * i + 99));
        }
        assertThat(client.store.auditLog().first()).isEqualTo(1);
        client.apply(new ChangeAuditSettings(new AuditSettings(List.of(), 100, 1 << 20)));
        assertThat(client.store.auditLog().first())
                .as("not all at once: all members do this at the same moment")
                .isEqualTo(1001);
        assertThat(problems(lines())).isEmpty();
        client.apply(events(1, 1));
        assertThat(problems(lines())).isEmpty();
        client.apply(events(2, 2));
        assertThat(client.store.auditLog().count()).isLessThanOrEqualTo(100);
        assertThat(problems(lines())).isEmpty();
        assertThat(MvccStore.open(ordered).auditLog()).isEqualTo(client.store.auditLog());
    }

    @Test
    void eventsAndChangesOfUsersAreOnRecordAlsoWhenThereIsNoSpace() {
        client.apply(new ChangeAuditSettings(new AuditSettings(
                List.of(new AuditRule(Permission.Access.READWRITE, b("a"), b("\0"), "")), 1000, 1 << 20)));
        client.apply(new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(7, Alarm.Type.NOSPACE)));
        assertThat(client.rejected(Put.of(b("a"), b("1")))).isEqualTo(KvError.NO_SPACE);
        client.apply(events(1, 1));
        client.apply(new Audited(ORIGIN, new AuthChange.AddRole("app")));
        client.delete("a");
        assertThat(lines().stream().skip(1).map(AuditTest::actionToResult))
                .containsExactly(
                        "login\",\"object\":\"event 1\",\"result\":\"ok",
                        "add\",\"object\":\"app\",\"result\":\"ok",
                        "delete\",\"object\":\"\\\"a\\\"\",\"result\":\"ok");
    }

    @Test
    void whatWasAllowedWhenItWasAskedForAndIsNotWhereItStandsInTheLogIsOnRecordAsRefused() {
        begin();
        enableUsers();
        client.apply(
                new Audited(ORIGIN, new Authorized(callerOf("root"), new AuthChange.AddUser("ops", b("h"), false))));
        applyAudited("root", new AuthChange.GrantRole("ops", "root"));
        Caller ops = callerOf("ops");
        applyAudited("root", new AuthChange.RevokeRole("ops", "root"));
        int before = lines().size();
        AuditSettings wanted = new AuditSettings(List.of(), 100, 1 << 20);
        client.apply(new Audited(ORIGIN, new Authorized(ops, new ChangeAuditSettings(wanted))));
        client.apply(new Audited(ORIGIN, new Authorized(ops, new AuthChange.AddRole("mine"))));
        assertThat(client.store.auditLog().settings()).isEqualTo(AuditSettings.DEFAULTS);
        assertThat(lines().subList(before, lines().size()))
                .hasSize(2)
                .allMatch(line -> line.contains("\"user\":\"ops\",\"address\":\"10.0.0.9\""))
                .allMatch(line -> line.contains("\"result\":\"permission denied\""));
    }

    @Test
    void ofTwoWhoChangeTheSettingsAtOnceTheSecondIsRefused() {
        AuditSettings before = client.store.auditLog().settings();
        AuditSettings first =
                new AuditSettings(List.of(new AuditRule(Permission.Access.READ, b("a"), b(""), "")), 1000, 1 << 20);
        AuditSettings second = new AuditSettings(List.of(), 2000, 1 << 20);
        client.apply(new ChangeAuditSettings(first, Optional.of(before)));
        assertThat(client.rejected(new ChangeAuditSettings(second, Optional.of(before))))
                .isEqualTo(KvError.AUDIT_SETTINGS_CHANGED);
        assertThat(client.store.auditLog().settings()).isEqualTo(first);
        assertThat(lines().getLast()).contains("\"result\":\"audit settings changed\"");
        client.apply(new ChangeAuditSettings(second, Optional.of(first)));
        assertThat(client.store.auditLog().settings()).isEqualTo(second);
    }

    @Test
    void numbersThatNoRecordCanHaveAreNotBelievedAndNothingBreaksByThem() {
        client.apply(events(1, 3));
        List<String> tampered = new ArrayList<>(lines().subList(1, 3));
        AuditEvent forged = new AuditEvent(
                NOW,
                0,
                "",
                "",
                Kind.AUDIT,
                "give up",
                "records 1 to " + "9".repeat(40) + ", the last with hash " + "a".repeat(64),
                "ok",
                1);
        tampered.add(
                AuditRecord.of(4, parsed(tampered.getLast()).hash(), forged).line());
        assertThat(problems(tampered))
                .containsExactly("record 1 is missing, and no record says that they were given up");
        assertThat(problems(
                        List.of(tampered.getFirst().replace("\"number\":2,", "\"number\":" + "9".repeat(40) + ","))))
                .containsExactly("line 1 is no audit record, or was changed: it is no line of an audit log");
    }

    @Test
    void everyByteThatIsChangedIsFound() {
        client.apply(events(1, 4));
        List<String> genuine = lines();
        for (int line = 0; line < genuine.size(); line++) {
            byte[] bytes = genuine.get(line).getBytes(StandardCharsets.US_ASCII);
            for (int at = 0; at < bytes.length; at++) {
                byte[] changed = bytes.clone();
                changed[at] ^= 1;
                List<String> tampered = new ArrayList<>(genuine);
                tampered.set(line, new String(changed, StandardCharsets.ISO_8859_1));
                assertThat(problems(tampered))
                        .as("byte %d of line %d", at, line + 1)
                        .isNotEmpty();
            }
        }
    }

    @Test
    void whatIsMissingPutInOrMovedIsNamed() {
        client.apply(events(1, 6));
        List<String> genuine = lines();
        List<String> without = new ArrayList<>(genuine);
        without.subList(2, 4).clear();
        assertThat(problems(without)).containsExactly("records 3 to 4 are missing: record 2 is followed by record 5");
        List<String> twice = new ArrayList<>(genuine);
        twice.add(3, genuine.get(2));
        assertThat(problems(twice)).singleElement().asString().startsWith("record 3 stands behind record 3");
        List<String> swapped = new ArrayList<>(genuine);
        swapped.set(1, genuine.get(2));
        swapped.set(2, genuine.get(1));
        assertThat(problems(swapped)).isNotEmpty();
        assertThat(problems(genuine.subList(1, 6))).singleElement().asString().startsWith("record 1 is missing");
    }

    @Test
    void whoeverMakesARecordAnewWithItsHashBreaksTheChain() {
        client.apply(events(1, 4));
        List<String> tampered = new ArrayList<>(lines());
        AuditEvent harmless = new AuditEvent(NOW, 7, "bob", "", Kind.KEY, "read", "", "ok", 1);
        String previous = parsed(tampered.get(1)).previous();
        tampered.set(1, AuditRecord.of(2, previous, harmless).line());
        assertThat(problems(tampered))
                .containsExactly(
                        "the chain breaks between record 2 and record 3: one of them is not the one that was there");
    }

    private static AuditRecord parsed(String line) {
        try {
            return AuditRecord.parse(line);
        } catch (DecodeException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aTextThatSomebodyChoseCannotBeTakenForAnythingElse() {
        String forged = "\",\"kind\":\"audit\",\"action\":\"give up\",\"object\":\"records 1 to 2, the last with hash "
                + "0".repeat(64);
        client.apply(new AuditEvents(
                List.of(new AuditEvent(NOW, 7, forged, "", Kind.AUTHENTICATION, "login", "", "ok", 1))));
        client.apply(events(1, 3));
        assertThat(problems(lines())).isEmpty();
        assertThat(problems(lines().subList(2, 4))).isNotEmpty();
    }

    @Test
    void textsAreShortened() {
        AuditEvent event =
                new AuditEvent(NOW, 7, "x".repeat(10_000), "", Kind.USER, "add", "\ud83d\ude00".repeat(200), "ok", 1);
        assertThat(event.user()).hasSize(AuditEvent.MAX_TEXT).endsWith("...");
        assertThat(event.object()).hasSizeLessThanOrEqualTo(AuditEvent.MAX_TEXT).endsWith("\ude00...");
        assertThatThrownBy(() -> new AuditEvents(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
