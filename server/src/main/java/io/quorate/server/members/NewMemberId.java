package io.quorate.server.members;

import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.List;

/** Ids of members: the first eight bytes of a SHA-1, as in etcd; those of founders are the very ids that etcd would give them. */
public final class NewMemberId {

    private NewMemberId() {}

    /** The id of a member that is added now. Whoever was added under the same URLs at another time has another one. */
    public static MemberId of(List<String> sortedPeerUrls, Instant now) {
        return derived(String.join("", sortedPeerUrls) + now);
    }

    /** The id of a member that founds a cluster. */
    public static MemberId ofFounder(List<String> sortedPeerUrls, String clusterToken) {
        return derived(String.join("", sortedPeerUrls) + clusterToken);
    }

    private static MemberId derived(String text) {
        return new MemberId(firstEightBytesOfSha1(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** The first eight bytes of the hash, big endian. */
    public static long firstEightBytesOfSha1(byte[] input) {
        try {
            return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(input))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-1", e);
        }
    }
}
