package io.quorate.kv;

import java.util.List;

/** What a member has published about itself. */
public record PublishedMember(long memberId, String name, List<String> clientUrls) {

    public PublishedMember {
        clientUrls = List.copyOf(clientUrls);
    }
}
