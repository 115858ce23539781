package io.quorate.cli;

import io.quorate.engine.tls.CertificateNames;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.certs.CertificateFolder;
import io.quorate.server.certs.CertificateRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate certs member}: issues certificates for members. */
@Command(
        name = "member",
        description = {
            "Issues certificates for members, good for their client ports and among themselves: <name>.crt and <name>.key.",
            "Each covers the hosts of the member's peer URLs, this machine's own name for itself (localhost, 127.0.0.1, ::1),",
            "and those of --hosts: the hosts of its client URLs, if they are others."
        },
        footer = {
            "",
            "Example:",
            "  quorate certs member --initial-cluster a=https://10.0.0.1:2380,b=https://10.0.0.2:2380,c=https://10.0.0.3:2380"
        })
final class CertsMemberCommand implements Callable<Integer> {

    private static final List<String> LOOPBACK = List.of("localhost", "127.0.0.1", "::1");

    @Mixin
    private final CertsOptions certs = new CertsOptions();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "<name>",
            description = "The member. Default: all of --initial-cluster")
    private Optional<String> name = Optional.empty();

    @Option(
            names = "--initial-cluster",
            paramLabel = "<name=url,...>",
            description = "The members with their peer URLs, as 'quorate server' is given them.")
    private Optional<String> initialCluster = Optional.empty();

    @Option(
            names = "--hosts",
            paramLabel = "<host,...>",
            split = ",",
            description = "Hosts and addresses that are to be covered besides.")
    private List<String> hosts = List.of();

    @Option(
            names = "--member-id",
            paramLabel = "<id>",
            description = {
                "The member's id, as 'quorate members list' shows it: the certificate is good for this member alone then,",
                "wherever it is reached, and not for one that is added in its place."
            })
    private Optional<String> memberId = Optional.empty();

    @Option(
            names = "--days",
            paramLabel = "<n>",
            description = "How long they are valid. Default: ${DEFAULT-VALUE}",
            defaultValue = "365")
    private int days;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Map<String, Set<String>> members = members();
        if (memberId.isPresent() && members.size() > 1) {
            throw CommandFailed.usage("--member-id is one member's, and " + members.size() + " are named; name one");
        }
        PrintWriter out = spec.commandLine().getOut();
        certs.run(folder -> {
            for (Map.Entry<String, Set<String>> member : members.entrySet()) {
                issue(folder, out, member.getKey(), member.getValue());
            }
        });
        return ExitCode.OK;
    }

    private void issue(CertificateFolder folder, PrintWriter out, String member, Set<String> ownHosts)
            throws IOException {
        List<String> covered = Stream.of(ownHosts, hosts, LOOPBACK)
                .flatMap(Collection::stream)
                .distinct()
                .toList();
        CertificateRequest request = CertificateRequest.ofMember(member, covered, uris(), CertsOptions.days(days));
        CertsOptions.print(out, folder.certificate(member), folder.issue(member, request));
    }

    private List<String> uris() {
        return memberId.map(text -> {
                    try {
                        return Long.toHexString(Long.parseUnsignedLong(text.strip(), 16));
                    } catch (NumberFormatException e) {
                        throw new CommandFailed(
                                ExitCode.USAGE,
                                "--member-id is \"" + text
                                        + "\", which is not a member's id; 'quorate members list' shows it",
                                e);
                    }
                })
                .map(id -> List.of(CertificateNames.MEMBER_URI + id))
                .orElse(List.of());
    }

    /** The members that are meant, with the hosts of their peer URLs. */
    private Map<String, Set<String>> members() {
        Map<String, Set<String>> members = new LinkedHashMap<>();
        initialCluster.ifPresent(list -> {
            for (InitialMember member : MemberUrls.parseMembers("--initial-cluster", list)) {
                members.computeIfAbsent(member.name(), added -> new LinkedHashSet<>())
                        .add(ClusterClient.host(member.peerUrl()));
            }
        });
        if (name.isEmpty()) {
            if (members.isEmpty()) {
                throw CommandFailed.usage("say for whom: name a member, or all with --initial-cluster");
            }
            return members;
        }
        Set<String> ownHosts = members.getOrDefault(name.get(), Set.of());
        if (initialCluster.isPresent() && ownHosts.isEmpty()) {
            throw CommandFailed.usage(
                    "--initial-cluster does not name " + name.get() + "; add it there, or correct the name");
        }
        return Map.of(name.get(), ownHosts);
    }
}
