package io.quorate.kv;

import java.util.List;

/** Tells every member a member's name and where its clients reach it; a member does so at its start. */
public record PublishMember(long memberId, String name, List<String> clientUrls) implements Command {

    public PublishMember {
        clientUrls = List.copyOf(clientUrls);
    }
}
