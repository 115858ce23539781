package io.quorate.cli;

import com.google.gson.JsonObject;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate version}: says what this build is and what it runs on. */
@Command(
        name = "version",
        description = "Prints the version of Quorate, of the etcd API that it offers, and of the JDK that it runs on.",
        footer = {"", "Example:", "  quorate version --output json"})
final class VersionCommand implements Callable<Integer> {

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = "What to print. Default: ${DEFAULT-VALUE}",
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        BuildInfo build = BuildInfo.load();
        String jdk = Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
        if (output == ClientOptions.Output.json) {
            JsonObject answer = new JsonObject();
            answer.addProperty("version", build.version());
            answer.addProperty("commit", build.commit());
            answer.addProperty("etcd_api", BuildInfo.ETCD_API);
            answer.addProperty("jdk", jdk);
            JsonOutput.print(out, answer);
        } else {
            out.println("quorate   " + build.version());
            out.println("commit    " + build.commit());
            out.println("etcd API  " + BuildInfo.ETCD_API);
            out.println("JDK       " + jdk);
        }
        return ExitCode.OK;
    }
}
