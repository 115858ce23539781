package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.CertificateNames;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.members.NewMemberId;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Who founds the cluster, and under which ids: derived from the configuration alone, so that all members come to the same
 * without talking to each other. The derivation is etcd's.
 *
 * @param clusterId the first eight bytes of the SHA-1 of the sorted member ids
 * @param self this member
 * @param peerUrls the URLs under which each member is reached by its peers, sorted
 * @param witnesses those of them that hold no data
 */
public record InitialMembership(
        long clusterId, MemberId self, SortedMap<MemberId, List<URI>> peerUrls, SortedSet<MemberId> witnesses) {

    public InitialMembership {
        peerUrls = Collections.unmodifiableSortedMap(new TreeMap<>(peerUrls));
        witnesses = Collections.unmodifiableSortedSet(new TreeSet<>(witnesses));
    }

    /** Founders that all hold data. */
    public InitialMembership(long clusterId, MemberId self, SortedMap<MemberId, List<URI>> peerUrls) {
        this(clusterId, self, peerUrls, new TreeSet<>());
    }

    /**
     * Derives the ids.
     *
     * @throws IllegalArgumentException with one sentence if two members come to the same id
     */
    public static InitialMembership of(ServerConfig config) {
        Map<String, List<URI>> urlsByName = new LinkedHashMap<>();
        Set<String> witnessNames = new HashSet<>();
        for (InitialMember member : config.initialCluster()) {
            if (member.witness()) {
                witnessNames.add(member.name());
            }
            urlsByName.computeIfAbsent(member.name(), name -> new ArrayList<>()).add(member.peerUrl());
        }
        String token = config.initialClusterToken();
        SortedMap<MemberId, List<URI>> peerUrls = new TreeMap<>();
        SortedSet<MemberId> witnesses = new TreeSet<>();
        for (Map.Entry<String, List<URI>> member : urlsByName.entrySet()) {
            List<URI> sorted = member.getValue().stream().sorted().toList();
            if (witnessNames.contains(member.getKey())) {
                witnesses.add(memberId(sorted, token));
            }
            if (peerUrls.put(memberId(sorted, token), sorted) != null) {
                throw new IllegalArgumentException("two members of --initial-cluster come to the same id by their peer"
                        + " URLs; give the cluster another --initial-cluster-token");
            }
        }
        // The configuration makes sure that these are the member's URLs in the initial cluster.
        MemberId self =
                memberId(config.initialAdvertisePeerUrls().stream().sorted().toList(), token);
        return new InitialMembership(clusterId(peerUrls, witnesses), self, peerUrls, witnesses);
    }

    private static MemberId memberId(List<URI> sortedPeerUrls, String token) {
        return NewMemberId.ofFounder(sortedPeerUrls.stream().map(URI::toString).toList(), token);
    }

    /**
     * etcd's, where there are no witnesses. Their ids follow those of all: founders that do not agree on who is one have different
     * clusters, and do not listen to each other.
     */
    private static long clusterId(SortedMap<MemberId, ?> members, SortedSet<MemberId> witnesses) {
        ByteBuffer ids = ByteBuffer.allocate((members.size() + witnesses.size()) * Long.BYTES);
        members.keySet().forEach(id -> ids.putLong(id.value()));
        witnesses.forEach(id -> ids.putLong(id.value()));
        return NewMemberId.firstEightBytesOfSha1(ids.array());
    }

    /** By what a certificate says that it is this member's, and no other's. */
    public String memberUri() {
        return CertificateNames.MEMBER_URI + self;
    }

    /** The configuration that the cluster starts with: all of them vote, witnesses too. */
    public Configuration configuration() {
        SortedMap<MemberId, List<String>> addresses = new TreeMap<>();
        peerUrls.forEach((member, urls) ->
                addresses.put(member, urls.stream().map(URI::toString).toList()));
        return Configuration.of(addresses).withWitnesses(witnesses);
    }
}
