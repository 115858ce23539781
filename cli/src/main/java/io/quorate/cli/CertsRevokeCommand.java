package io.quorate.cli;

import io.quorate.server.certs.AlreadyRevokedException;
import io.quorate.server.certs.CertificateFolder;
import io.quorate.server.certs.DurableFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate certs revoke}: revokes certificates. */
@Command(
        name = "revoke",
        description = {
            "Revokes what was issued under a name, also what was renewed since, or the one certificate in a file: it stands in ca.crl from",
            "then on. Bring that file to all members, which are started with --client-crl-file and --peer-crl-file: they take it into use",
            "within seconds. 'certs rotate' renews the list, and nothing that is revoked."
        },
        footer = {"", "Examples:", "  quorate certs revoke ann", "  quorate certs revoke /tmp/found.crt"})
final class CertsRevokeCommand implements Callable<Integer> {

    @Mixin
    private final CertsOptions certs = new CertsOptions();

    @Parameters(
            index = "0",
            paramLabel = "<name|file>",
            description = "A name in the folder, or a file with a certificate that was issued here.")
    private String nameOrFile = "";

    @Option(
            names = "--crl-file",
            paramLabel = "<file>",
            description = "Where the list is to be written as well, beside ca.crl in the folder; once for each place.")
    private List<Path> copies = List.of();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        certs.run(folder -> {
            requireFolders();
            try {
                List<String> revoked = folder.revoking().revoke(nameOrFile);
                out.println(folder.revocations() + ": revokes " + nameOrFile + ", number " + String.join(", ", revoked)
                        + "; bring it to all members");
            } catch (AlreadyRevokedException e) {
                // Whoever has revoked it may not have written all of these.
                copy(folder);
                throw e;
            }
            copy(folder);
        });
        return ExitCode.OK;
    }

    /** Before anything is revoked, or a typing error would leave members without what was. */
    private void requireFolders() throws IOException {
        for (Path copy : copies) {
            Path parent = copy.toAbsolutePath().getParent();
            if (parent == null || !Files.isDirectory(parent)) {
                throw new IOException("there is no folder for " + copy + "; make it, or name another file");
            }
        }
    }

    /** One that cannot be written keeps no other one from it. */
    private void copy(CertificateFolder folder) throws IOException {
        if (copies.isEmpty()) {
            return;
        }
        String list = Files.readString(folder.revocations());
        List<String> failed = new ArrayList<>();
        for (Path copy : copies) {
            try {
                DurableFile.write(copy, list, false);
            } catch (IOException e) {
                failed.add(copy + " (" + e + ")");
            }
        }
        if (!failed.isEmpty()) {
            throw new IOException(
                    "the list could not be written to " + String.join(", ", failed) + "; all else is done:" + " copy "
                            + folder.revocations() + " there, or give the same command again");
        }
    }
}
