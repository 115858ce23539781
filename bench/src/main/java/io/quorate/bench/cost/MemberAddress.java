package io.quorate.bench.cost;

import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

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
     * leads to them on their own machine alone: from another one, to whatever listens there. What several of them say leads to one of
     * them only, of which nobody knows which one it is: the first of them has it.
     *
     * @param told what the cluster says
     * @param asked where it was asked
     * @return without addresses that lead elsewhere from here; none if no other is left
     */
    public static List<MemberAddress> seenFromHere(List<MemberAddress> told, URI asked) {
        boolean isHere = ThisMachine.isAt(asked);
        Set<URI> taken = new HashSet<>();
        List<MemberAddress> seen = told.stream()
                .map(member -> new MemberAddress(
                        member.name,
                        member.clientUrls.stream()
                                .filter(url -> isHere || !ThisMachine.isLoopback(url))
                                .filter(taken::add)
                                .toList()))
                .toList();
        return seen.stream().allMatch(member -> member.clientUrls.isEmpty()) ? List.of() : seen;
    }

    /** For messages: a member has no name before it has started. */
    String label() {
        return name.isEmpty() ? "a member without a name" : name;
    }
}
