package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.engine.tls.CertificateNames;
import io.quorate.engine.tls.PemFile;
import io.quorate.engine.tls.PrintableText;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate certs inspect}: says what certificates say. */
@Command(
        name = "inspect",
        description = {
            "Says what the certificates in PEM files say: whose they are, of which CA, for what, and for how long; and what lists of",
            "revoked certificates say. What is revoked by a list that is named, or by a ca.crl in the same folder, is said to be.",
            "Warns of a list that is overdue.",
            "Ends with exit code 1 if one of the certificates is not valid now."
        },
        footer = {"", "Example:", "  quorate certs inspect certs/ca.crt certs/a.crt certs/ca.crl"})
final class CertsInspectCommand implements Callable<Integer> {

    private static final Map<String, String> USES =
            Map.of("1.3.6.1.5.5.7.3.1", "server", "1.3.6.1.5.5.7.3.2", "client");

    @Parameters(
            arity = "1..*",
            paramLabel = "<file>",
            description = "Files with certificates, or with lists of revoked ones.")
    private List<Path> files = List.of();

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = "What to print. Default: ${DEFAULT-VALUE}",
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private record Found(Path file, X509Certificate certificate, Optional<Instant> revoked) {

        private Instant begin() {
            return certificate.getNotBefore().toInstant();
        }

        private Instant end() {
            return certificate.getNotAfter().toInstant();
        }

        boolean isValid(Instant now) {
            return !now.isBefore(begin()) && !now.isAfter(end()) && revoked.isEmpty();
        }

        String validity(Instant now) {
            if (revoked.isPresent()) {
                return "revoked on " + revoked.get().truncatedTo(ChronoUnit.SECONDS);
            }
            if (now.isAfter(end())) {
                return "expired on " + end().truncatedTo(ChronoUnit.SECONDS);
            }
            return now.isBefore(begin())
                    ? "not valid before " + begin().truncatedTo(ChronoUnit.SECONDS)
                    : "until " + end().truncatedTo(ChronoUnit.SECONDS) + ", "
                            + Duration.between(now, end()).toDays() + " days more";
        }

        List<String> uses() {
            if (certificate.getBasicConstraints() >= 0) {
                return List.of("CA");
            }
            try {
                List<String> extended = certificate.getExtendedKeyUsage();
                return extended == null
                        ? List.of("any")
                        : extended.stream()
                                .map(use -> USES.getOrDefault(use, use))
                                .toList();
            } catch (CertificateParsingException e) {
                return List.of("unreadable");
            }
        }
    }

    @Override
    public Integer call() {
        List<CertsInspectedList> lists = new ArrayList<>();
        List<Found> found;
        try {
            Map<Path, PemFile> read = new LinkedHashMap<>();
            for (Path file : files) {
                PemFile pem = PemFile.read(file);
                read.put(file, pem);
                if (pem.hasRevocations()) {
                    pem.revocations().forEach(list -> lists.add(new CertsInspectedList(file, list)));
                }
            }
            found = certificates(read, lists);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        }
        Instant now = Instant.now();
        PrintWriter out = spec.commandLine().getOut();
        if (output == ClientOptions.Output.json) {
            JsonArray certificates = new JsonArray();
            found.forEach(each -> certificates.add(json(each, now)));
            JsonObject answer = new JsonObject();
            answer.add("certificates", certificates);
            JsonArray revocations = new JsonArray();
            lists.forEach(list -> revocations.add(list.json(now)));
            answer.add("revocations", revocations);
            JsonOutput.print(out, answer);
        } else {
            Table table = new Table("FILE", "SUBJECT", "ISSUER", "FOR", "VALID", "NAMES");
            found.forEach(each -> table.add(
                    each.file().toString(),
                    PrintableText.of(
                            each.certificate().getSubjectX500Principal().getName()),
                    PrintableText.of(each.certificate().getIssuerX500Principal().getName()),
                    String.join(",", each.uses()),
                    each.validity(now),
                    CertificateNames.of(each.certificate()).toString()));
            if (!table.isEmpty()) {
                table.print(out);
            }
            CertsInspectedList.print(out, lists, now, !table.isEmpty());
        }
        lists.forEach(list -> list.warning(now)
                .ifPresent(warning -> spec.commandLine().getErr().println("warning: " + warning)));
        return found.stream().allMatch(each -> each.isValid(now)) ? ExitCode.OK : ExitCode.FAILED;
    }

    /** A file in which there is neither is refused as one without a certificate. */
    private static List<Found> certificates(Map<Path, PemFile> read, List<CertsInspectedList> named)
            throws IOException {
        List<Found> found = new ArrayList<>();
        for (Map.Entry<Path, PemFile> file : read.entrySet()) {
            PemFile pem = file.getValue();
            if (!pem.hasCertificates() && pem.hasRevocations()) {
                continue;
            }
            List<CertsInspectedList> known = new ArrayList<>(named);
            Path beside = file.getKey().resolveSibling("ca.crl");
            if (Files.exists(beside)) {
                PemFile.read(beside).revocations().forEach(list -> known.add(new CertsInspectedList(beside, list)));
            }
            for (X509Certificate certificate : pem.certificates()) {
                found.add(new Found(file.getKey(), certificate, CertsInspectedList.since(certificate, known)));
            }
        }
        return found;
    }

    private static JsonObject json(Found found, Instant now) {
        CertificateNames names = CertificateNames.of(found.certificate());
        JsonObject object = new JsonObject();
        object.addProperty("file", found.file().toString());
        object.addProperty(
                "subject", found.certificate().getSubjectX500Principal().getName());
        object.addProperty(
                "issuer", found.certificate().getIssuerX500Principal().getName());
        object.addProperty(
                "serial_number", found.certificate().getSerialNumber().toString(16));
        object.add("uses", JsonOutput.texts(found.uses()));
        object.add("hosts", JsonOutput.texts(names.hosts()));
        object.add("addresses", JsonOutput.texts(names.addresses()));
        object.add("uris", JsonOutput.texts(names.uris()));
        object.addProperty("not_before", found.begin().toString());
        object.addProperty("not_after", found.end().toString());
        found.revoked().ifPresent(since -> object.addProperty("revoked", since.toString()));
        object.addProperty("valid", found.isValid(now));
        return object;
    }
}
