package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.engine.tls.PrintableText;
import io.quorate.server.certs.CertificateAuthority;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A list of revoked certificates that {@code quorate certs inspect} has found. */
record CertsInspectedList(Path file, X509CRL list) {

    /** Since when one of the lists revokes a certificate, by its number and the name of its CA. */
    static Optional<Instant> since(X509Certificate certificate, List<CertsInspectedList> lists) {
        return lists.stream()
                .map(CertsInspectedList::list)
                .filter(list -> list.getIssuerX500Principal().equals(certificate.getIssuerX500Principal()))
                .flatMap(
                        list -> Optional.ofNullable(list.getRevokedCertificate(certificate.getSerialNumber())).stream())
                .map(entry -> entry.getRevocationDate().toInstant())
                .findFirst();
    }

    private Set<? extends X509CRLEntry> entries() {
        return Optional.<Set<? extends X509CRLEntry>>ofNullable(list.getRevokedCertificates())
                .orElse(Set.of());
    }

    private Optional<Instant> next() {
        return Optional.ofNullable(list.getNextUpdate()).map(Date::toInstant);
    }

    private String issuer() {
        return list.getIssuerX500Principal().getName();
    }

    private String due(Instant now) {
        return next().map(next -> (next.isBefore(now) ? "overdue since " : "") + next.truncatedTo(ChronoUnit.SECONDS))
                .orElse("-");
    }

    /** A warning for whoever does not read the table; empty if it is not due. */
    Optional<String> warning(Instant now) {
        return next().filter(next -> next.isBefore(now))
                .map(next -> file + ": the list of \"" + PrintableText.of(issuer()) + "\" is overdue since "
                        + next.truncatedTo(ChronoUnit.SECONDS)
                        + "; members go by it still, and other programs may not: 'quorate certs rotate' makes it anew,"
                        + " to be brought to all members");
    }

    /** @param apart whether something stands above */
    static void print(PrintWriter out, List<CertsInspectedList> lists, Instant now, boolean apart) {
        Table table = new Table("FILE", "LIST OF", "NUMBER", "MADE", "NEXT DUE", "REVOKES");
        for (CertsInspectedList each : lists) {
            table.add(
                    each.file().toString(),
                    PrintableText.of(each.issuer()),
                    CertificateAuthority.numberOf(each.list()).toString(),
                    each.list().getThisUpdate().toInstant().toString(),
                    each.due(now),
                    Integer.toString(each.entries().size()));
        }
        if (!table.isEmpty()) {
            if (apart) {
                out.println();
            }
            table.print(out);
        }
    }

    JsonObject json(Instant now) {
        JsonObject object = new JsonObject();
        object.addProperty("file", file.toString());
        object.addProperty("issuer", issuer());
        object.addProperty("number", CertificateAuthority.numberOf(list).toString());
        object.addProperty("this_update", list.getThisUpdate().toInstant().toString());
        next().ifPresent(next -> object.addProperty("next_update", next.toString()));
        object.addProperty("overdue", warning(now).isPresent());
        object.add(
                "serial_numbers",
                JsonOutput.texts(entries().stream()
                        .map(entry -> entry.getSerialNumber().toString(16))
                        .sorted()
                        .toList()));
        return object;
    }
}
