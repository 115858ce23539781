package io.quorate.kv;

import java.util.List;

/**
 * Tells every member a member's name, where its clients reach it, and where it stands; a member does so at its start.
 *
 * @param zone what it may fail together with, such as a rack or a data center; empty if it does not say
 */
public record PublishMember(long memberId, String name, List<String> clientUrls, String zone) implements Command {

    public PublishMember {
        clientUrls = List.copyOf(clientUrls);
    }

    /** Of a member that names no zone. */
    public PublishMember(long memberId, String name, List<String> clientUrls) {
        this(memberId, name, clientUrls, "");
    }
}
