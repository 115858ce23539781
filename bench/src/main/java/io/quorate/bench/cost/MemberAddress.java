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

    /**
     * The members as somebody can look for them who has asked one of them. By default etcd's say that they are at localhost, which
     * leads to them on their own machine alone: from another one, to whatever listens there.
     *
     * @param told what the cluster says
     * @param asked where it was asked
     * @return without addresses that lead elsewhere from here; none if no other is left
     */
    public static List<MemberAddress> seenFromHere(List<MemberAddress> told, URI asked) {
        if (ThisMachine.isAt(asked)) {
            return told;
        }
        List<MemberAddress> seen = told.stream()
                .map(member -> new MemberAddress(
                        member.name,
                        member.clientUrls.stream()
                                .filter(url -> !ThisMachine.isLoopback(url))
                                .toList()))
                .toList();
        return seen.stream().allMatch(member -> member.clientUrls.isEmpty()) ? List.of() : seen;
    }

    /** For messages: a member has no name before it has started. */
    String label() {
        return name.isEmpty() ? "a member without a name" : name;
    }
}
