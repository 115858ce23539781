package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.audit.AuditCopy;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.ListAuditResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate audit verify}: whether anybody has changed what is on record. */
@Command(
        name = "verify",
        description = {
            "Reads what is on record from every member, computes the chain anew, and compares the members with each"
                    + " other and with",
            "a file that was exported before. Says which record was changed, is missing, or does not follow the one"
                    + " before.",
            "",
            "Exits with 0 if all is as it was recorded, with 1 if something is not, and with 5 if a member could not"
                    + " be asked and",
            "nothing was found at the others. Witnesses, which have no records, and learners, which answer nobody, are"
                    + " left out."
        },
        footer = {"", "Example:", "  quorate audit verify audit.jsonl"})
final class AuditVerifyCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "<file>",
            description = "What 'quorate audit export' has written.")
    private Optional<Path> file = Optional.empty();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final List<AuditCopy> members = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> silent = new ArrayList<>();

    @Override
    public Integer call() {
        Optional<AuditCopy> exported = file.map(AuditVerifyCommand::read);
        TokenMemory tokens = new TokenMemory();
        for (Member member : client.members().getMembersList()) {
            if (!member.getIsWitness() && !member.getIsLearner()) {
                ask(member, tokens);
            }
        }
        members.forEach(member -> problems.addAll(member.problems()));
        compareMembers();
        exported.ifPresent(this::compare);
        if (client.json()) {
            printJson(exported);
        } else {
            print(exported);
        }
        if (!problems.isEmpty()) {
            return ExitCode.FAILED;
        }
        return silent.isEmpty() ? ExitCode.OK : ExitCode.UNDECIDED;
    }

    private static AuditCopy read(Path file) {
        AuditCopy copy = new AuditCopy(file.toString());
        // What is no UTF-8 must be told as a record that was changed.
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.ISO_8859_1))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                copy.add(line);
            }
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.USAGE, "cannot read " + file + ": " + e.getMessage(), e);
        }
        return copy;
    }

    private void ask(Member member, TokenMemory tokens) {
        String name = member.getName().isEmpty() ? JsonOutput.id(member.getID()) : member.getName();
        AuditCopy copy = new AuditCopy("member " + name);
        try {
            List<URI> urls =
                    member.getClientURLsList().stream().map(URI::create).toList();
            if (urls.isEmpty()) {
                throw new CommandFailed(ExitCode.UNREACHABLE, "it has not said yet where it serves clients");
            }
            ListAuditResponse end = AuditSource.ofMember(client, tokens, urls).read(1, copy::add);
            copy.endsWith(end.getLastNumber(), end.getHead());
            members.add(copy);
        } catch (CommandFailed e) {
            silent.add(copy.place() + " could not be asked: " + e.getMessage());
        }
    }

    private void compareMembers() {
        for (int i = 1; i < members.size(); i++) {
            members.getFirst().differenceFrom(members.get(i)).ifPresent(problems::add);
        }
    }

    private void compare(AuditCopy exported) {
        problems.addAll(exported.problems());
        for (AuditCopy member : members) {
            exported.differenceFrom(member).ifPresent(problems::add);
        }
        // A member may be behind; not all of them.
        members.stream()
                .max(Comparator.comparingLong(AuditCopy::last))
                .flatMap(exported::beyond)
                .ifPresent(problems::add);
    }

    private void print(Optional<AuditCopy> exported) {
        PrintWriter out = spec.commandLine().getOut();
        Table table = new Table("PLACE", "RECORDS", "LAST", "HEAD");
        members.forEach(member -> add(table, member));
        exported.ifPresent(copy -> add(table, copy));
        table.print(out);
        out.println();
        silent.forEach(out::println);
        problems.forEach(out::println);
        if (problems.isEmpty()) {
            out.println(
                    members.isEmpty()
                            ? "no member could be asked"
                            : "nothing was changed, nothing is missing, and all say the same");
        }
    }

    private static void add(Table table, AuditCopy copy) {
        table.add(
                copy.place(),
                Integer.toString(copy.size()),
                Long.toString(copy.last()),
                copy.lastHash().orElse(""));
    }

    private void printJson(Optional<AuditCopy> exported) {
        JsonArray places = new JsonArray();
        List<AuditCopy> all = new ArrayList<>(members);
        exported.ifPresent(all::add);
        for (AuditCopy copy : all) {
            JsonObject place = new JsonObject();
            place.addProperty("place", copy.place());
            place.addProperty("records", copy.size());
            place.addProperty("last_number", copy.last());
            place.addProperty("head", copy.lastHash().orElse(""));
            places.add(place);
        }
        JsonObject answer = new JsonObject();
        answer.add("places", places);
        answer.add("problems", JsonOutput.texts(problems));
        answer.add("silent", JsonOutput.texts(silent));
        JsonOutput.print(spec.commandLine().getOut(), answer);
    }
}
