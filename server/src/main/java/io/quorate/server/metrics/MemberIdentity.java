package io.quorate.server.metrics;

/**
 * What a member is known by in its metrics.
 *
 * @param memberId unsigned
 * @param version of etcd whose API is served
 * @param clusterVersion the same, of the cluster
 * @param quotaBytes the bound on the store; less than 0: none
 */
public record MemberIdentity(long memberId, String version, String clusterVersion, long quotaBytes) {}
