package io.quorate.cli;

import io.quorate.server.certs.CertificateFolder;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import picocli.CommandLine.Option;

/** The options that every command has which works with a CA's folder. */
final class CertsOptions {

    /** The longest time that a certificate may be valid for, in days. */
    private static final int MOST_DAYS = 36_500;

    @Option(
            names = "--dir",
            paramLabel = "<path>",
            description = "The folder of the CA and of what it has issued. Default: ${DEFAULT-VALUE}",
            defaultValue = "certs")
    private Path dir = Path.of("");

    /** Something that is done with the folder. */
    interface Work {
        void with(CertificateFolder folder) throws IOException;
    }

    Path dir() {
        return dir;
    }

    /** @throws CommandFailed in the words of what went wrong */
    void run(Work work) {
        try {
            work.with(new CertificateFolder(dir, InstantSource.system()));
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new CommandFailed(ExitCode.FAILED, why, e);
        }
    }

    /** @throws CommandFailed if that is no time for a certificate */
    static Duration days(int days) {
        if (days < 1 || days > MOST_DAYS) {
            throw CommandFailed.usage("--days is " + days + "; give a number from 1 to " + MOST_DAYS);
        }
        return Duration.ofDays(days);
    }

    /** Says what was issued. */
    static void print(PrintWriter out, Path file, X509Certificate certificate) {
        out.println(file + ": " + certificate.getSubjectX500Principal().getName() + ", valid until "
                + certificate.getNotAfter().toInstant().truncatedTo(ChronoUnit.SECONDS));
    }
}
