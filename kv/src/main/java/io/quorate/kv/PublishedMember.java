package io.quorate.kv;

import java.util.List;

/**
 * What a member has published about itself.
 *
 * @param zone empty if it does not say
 */
public record PublishedMember(long memberId, String name, List<String> clientUrls, String zone) {

    public PublishedMember {
        clientUrls = List.copyOf(clientUrls);
    }
}
