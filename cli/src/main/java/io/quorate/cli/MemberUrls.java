package io.quorate.cli;

import io.quorate.server.ServerConfig.InitialMember;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads URLs and lists of members as etcd's flags write them: separated by commas, the scheme {@code http://} left out at will. */
final class MemberUrls {

    private static final Set<String> WILDCARD_HOSTS = Set.of("0.0.0.0", "[::]", "[0:0:0:0:0:0:0:0]");

    private MemberUrls() {}

    /**
     * @param where the flag, variable or key that the text is from, to begin an error message with
     * @throws CommandFailed if one of the list is not a URL
     */
    static List<URI> parseList(String where, String text) {
        return parseList(where, text, "http");
    }

    /** @param scheme of those that have none; otherwise as {@link #parseList(String, String)} */
    static List<URI> parseList(String where, String text, String scheme) {
        List<URI> urls = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            urls.add(parse(where, part, scheme));
        }
        return List.copyOf(urls);
    }

    /** Reads {@code name=url,name=url}; errors as in {@link #parseList}. */
    static List<InitialMember> parseMembers(String where, String text) {
        List<InitialMember> members = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            int equals = part.indexOf('=');
            if (equals <= 0) {
                throw CommandFailed.usage(
                        where + " has \"" + part.strip()
                                + "\", which is not of the form name=url; list the members as node1=http://10.0.0.1:2380,node2=...");
            }
            members.add(new InitialMember(
                    part.substring(0, equals).strip(), parse(where, part.substring(equals + 1), "http")));
        }
        return List.copyOf(members);
    }

    /** Whether the URL stands for every address of the machine, so that nobody can be told to connect to it. */
    static boolean isWildcard(URI url) {
        return url.getHost() != null && WILDCARD_HOSTS.contains(url.getHost());
    }

    private static URI parse(String where, String text, String scheme) {
        String stripped = text.strip();
        String full = stripped.contains("://") ? stripped : scheme + "://" + stripped;
        // A lone slash at the end means the same address, and would make equal URLs differ.
        String url = full.endsWith("/") ? full.substring(0, full.length() - 1) : full;
        try {
            URI uri = new URI(url);
            if (!stripped.isEmpty() && uri.getHost() != null && uri.getPort() >= 0) {
                return uri;
            }
        } catch (URISyntaxException e) {
            throw malformed(where, stripped, e);
        }
        throw malformed(where, stripped, null);
    }

    private static CommandFailed malformed(String where, String text, @Nullable Throwable cause) {
        String message = where + " has \"" + text + "\", which is not a URL of the form http://host:port; correct it";
        return cause == null ? CommandFailed.usage(message) : new CommandFailed(ExitCode.USAGE, message, cause);
    }
}
