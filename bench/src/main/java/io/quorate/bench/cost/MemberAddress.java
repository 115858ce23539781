package io.quorate.bench.cost;

import java.net.URI;
import java.util.List;

/**
 * A member, and where its clients find it.
 *
 * @param clientUrls any of them
 */
public record MemberAddress(String name, List<URI> clientUrls) {

    public MemberAddress {
        clientUrls = List.copyOf(clientUrls);
    }

    /** For messages: a member has no name before it has started. */
    String label() {
        return name.isEmpty() ? "a member without a name" : name;
    }
}
