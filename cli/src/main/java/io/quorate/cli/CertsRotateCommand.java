package io.quorate.cli;

import java.io.PrintWriter;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate certs rotate}: renews certificates, and replaces a CA step by step. */
@Command(
        name = "rotate",
        description = {
            "Issues all certificates of the folder anew, each with a new key, for the same holder and the same use,",
            "valid for 365 days, and no longer than the CA. Members take changed files into use by themselves; bring them to their",
            "machines.",
            "",
            "To replace the CA: 'rotate --new-ca' makes another one, and ca.crt holds both; bring that to all members and clients.",
            "Then 'rotate', and bring the new certificates to their machines. Then 'rotate --drop-old-ca', and bring ca.crt again."
        },
        footer = {"", "Example:", "  quorate certs rotate"})
final class CertsRotateCommand implements Callable<Integer> {

    @Mixin
    private final CertsOptions certs = new CertsOptions();

    @Option(names = "--new-ca", description = "Makes another CA, which issues from now on; both are trusted.")
    private boolean newAuthority;

    @Option(names = "--drop-old-ca", description = "Trusts the new CA alone, once all certificates are of it.")
    private boolean dropOld;

    @Option(
            names = "--name",
            paramLabel = "<name>",
            description = "What the new CA is called. Default: ${DEFAULT-VALUE}",
            defaultValue = "Quorate CA")
    private String name = "";

    @Option(
            names = "--days",
            paramLabel = "<n>",
            description = "How long the new CA is valid. Default: ${DEFAULT-VALUE}",
            defaultValue = "3650")
    private int days;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (newAuthority && dropOld) {
            throw CommandFailed.usage("--new-ca and --drop-old-ca are the first and the last step; give one of them");
        }
        for (String option : List.of("--name", "--days")) {
            if (!newAuthority && spec.commandLine().getParseResult().hasMatchedOption(option)) {
                throw CommandFailed.usage(
                        option + " is of a new CA, and none is made; give --new-ca as well, or leave it out");
            }
        }
        PrintWriter out = spec.commandLine().getOut();
        certs.run(folder -> {
            if (newAuthority) {
                X509Certificate made =
                        folder.beginNewAuthority(name, CertsOptions.days(days)).certificate();
                CertsOptions.print(out, folder.authorities(), made);
            } else if (dropOld) {
                folder.dropOldAuthorities();
                CertsOptions.print(out, folder.authorities(), folder.authority().certificate());
            } else {
                for (X509Certificate renewed : folder.renewAll()) {
                    CertsOptions.print(out, certs.dir(), renewed);
                }
            }
        });
        return ExitCode.OK;
    }
}
