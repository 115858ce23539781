package io.quorate.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import io.quorate.server.audit.AuditCopy;
import java.io.PrintWriter;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate audit list}: what is on record. */
@Command(
        name = "list",
        description = {
            "Lists what is on record, the latest at the end: logins, refusals, changes of users, roles and members,"
                    + " operations,",
            "and access to keys that rules name. JSON is one line for each record, as it was hashed."
        },
        footer = {"", "Example:", "  quorate audit list --since 1h --kind authentication"})
final class AuditListCommand implements Callable<Integer> {

    @Option(
            names = "--since",
            paramLabel = "<time>",
            description = "Only what happened since then, such as 30m, 2h or 2026-11-27T10:00:00Z. Default: all",
            defaultValue = "")
    private String since = "";

    @Option(
            names = "--of-user",
            paramLabel = "<name>",
            description = "Only what this user did, or what was done to it. Default: everybody's",
            defaultValue = "")
    private String ofUser = "";

    @Option(
            names = "--kind",
            paramLabel = "<kind>",
            description = {
                "Only records of this kind: authentication, authorization, user, role, membership, operation,"
                        + " maintenance,",
                "key or audit. Default: all"
            },
            defaultValue = "")
    private String kind = "";

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (!kind.isEmpty() && !AuditCopy.kinds().contains(kind)) {
            throw CommandFailed.usage(
                    "--kind " + kind + " is no kind of record" + Suggestion.among(kind, AuditCopy.kinds()));
        }
        Optional<Instant> from = since.isEmpty() ? Optional.empty() : Optional.of(instant(since));
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("NUMBER", "TIME", "USER", "ADDRESS", "KIND", "ACTION", "OBJECT", "RESULT");
        var unused = AuditSource.ofCluster(client).read(1, line -> {
            Optional<JsonObject> record = parse(line);
            if (record.map(is -> isWanted(is, from)).orElse(true)) {
                if (client.json()) {
                    out.println(line);
                } else {
                    add(table, record);
                }
            }
        });
        if (!client.json()) {
            table.print(out);
        }
        return ExitCode.OK;
    }

    private static Instant instant(String text) {
        Optional<Duration> ago = WrittenTime.parse(text);
        try {
            return ago.isPresent() ? Instant.now().minus(ago.get()) : Instant.parse(text);
        } catch (DateTimeException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    "--since " + text
                            + " is no time; write how long ago it was, as in 2h, or when, as in 2026-11-27T10:00:00Z",
                    e);
        }
    }

    /** Empty if somebody has changed it: then it is shown whatever is wanted. */
    private static Optional<JsonObject> parse(String line) {
        try {
            return Optional.of(JsonParser.parseString(line).getAsJsonObject());
        } catch (JsonParseException | IllegalStateException e) {
            return Optional.empty();
        }
    }

    private boolean isWanted(JsonObject record, Optional<Instant> from) {
        boolean lateEnough = from.isEmpty() || !before(text(record, "time"), from.get());
        return lateEnough
                && (kind.isEmpty() || text(record, "kind").equals(kind))
                && (ofUser.isEmpty()
                        || text(record, "user").equals(ofUser)
                        || (text(record, "kind").equals("user")
                                && text(record, "object").equals(ofUser)));
    }

    private static boolean before(String time, Instant from) {
        try {
            return Instant.parse(time).isBefore(from);
        } catch (DateTimeException e) {
            return false;
        }
    }

    private static String text(JsonObject record, String field) {
        return record.has(field) && record.get(field).isJsonPrimitive()
                ? record.get(field).getAsString()
                : "";
    }

    private static void add(Table table, Optional<JsonObject> parsed) {
        JsonObject record = parsed.orElseGet(JsonObject::new);
        String count = text(record, "count");
        table.add(
                shown(text(record, "number")),
                shown(text(record, "time")),
                shown(text(record, "user")),
                shown(where(record)),
                shown(text(record, "kind").toLowerCase(Locale.ROOT)),
                shown(text(record, "action")),
                shown(text(record, "object")),
                shown(text(record, "result")) + (count.equals("1") || count.isEmpty() ? "" : " (" + count + " times)"));
    }

    /** What came from nowhere, and from nobody, a member has done by itself. */
    private static String where(JsonObject record) {
        String address = text(record, "address");
        String member = text(record, "member");
        boolean byItself = address.isEmpty() && text(record, "user").isEmpty() && !member.isEmpty();
        return byItself ? "member " + member : address;
    }

    /** Names are chosen by anybody, as is all of a record that was changed, and must not do anything to a terminal. */
    private static String shown(String text) {
        return KeyText.escaped(com.google.protobuf.ByteString.copyFromUtf8(text));
    }
}
