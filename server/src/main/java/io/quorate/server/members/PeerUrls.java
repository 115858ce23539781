package io.quorate.server.members;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The URLs under which a member is reached by its peers, as a client gives them. */
public final class PeerUrls {

    /** More than a few are no use to anybody, and each member keeps them. */
    private static final int MAX_URLS = 8;

    private static final int MAX_URL_LENGTH = 256;
    private static final int MAX_PORT = 65_535;
    private static final Pattern PRINTABLE = Pattern.compile("[!-~]+");

    private PeerUrls() {}

    /** Returns the URLs sorted, as etcd lists them; empty if there is none, or if one is not of the form {@code http://host:port},
     * or {@code https}. */
    public static Optional<List<String>> parse(List<String> given) {
        boolean good = !given.isEmpty()
                && given.size() <= MAX_URLS
                && given.stream().allMatch(PeerUrls::isPeerUrl)
                && given.stream().distinct().count() == given.size();
        return good ? Optional.of(given.stream().sorted().toList()) : Optional.empty();
    }

    private static boolean isPeerUrl(String text) {
        if (text.length() > MAX_URL_LENGTH || !PRINTABLE.matcher(text).matches()) {
            return false;
        }
        try {
            URI url = new URI(text);
            return ("http".equals(url.getScheme()) || "https".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getPort() > 0
                    && url.getPort() <= MAX_PORT
                    && url.getRawPath().isEmpty()
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
