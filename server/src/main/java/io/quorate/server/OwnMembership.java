package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.server.ServerConfig.InitialClusterState;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * Which member of which cluster this is, and with which configuration its log begins.
 *
 * <p>A member that has data is whoever its data say. One that has none founds a cluster together with the others that its
 * configuration names, or joins one that exists, which was told of it before.
 *
 * @param beginning the founders; nobody for a member that has joined, since the log tells it of all
 */
record OwnMembership(long clusterId, MemberId self, Configuration beginning) {

    /**
     * Finds out, for a member that is about to start. One that joins asks the others, and waits for an answer.
     *
     * @param security by which the others are asked
     * @param disk the member's data directory
     * @throws IOException with one sentence if the data are another member's, or the cluster does not take it
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    static OwnMembership of(ServerConfig config, MemberSecurity security, Disk disk) throws IOException {
        try (Closeable lock = disk.lock()) {
            Optional<Identity> known = DataDirectory.identityOf(disk);
            if (known.isPresent()) {
                return returning(config, disk, known.get());
            }
            OwnMembership own = ofNobodyBefore(config, security);
            BeginningFile.write(disk, own.beginning);
            return own;
        }
    }

    /** As {@link #of}, for a member that keeps nothing. */
    static OwnMembership ofNobodyBefore(ServerConfig config, MemberSecurity security) throws IOException {
        return config.initialClusterState() == InitialClusterState.EXISTING
                ? Joining.to(config, security)
                : founding(config);
    }

    private static OwnMembership founding(ServerConfig config) {
        InitialMembership founders = InitialMembership.of(config);
        return new OwnMembership(founders.clusterId(), founders.self(), founders.configuration());
    }

    /**
     * Members may have come and gone since, and this one may be reached elsewhere: with the initial cluster state "existing" only its
     * name has to be the same. Else the configuration must name the founders, so that a wrong data directory is noticed.
     */
    private static OwnMembership returning(ServerConfig config, Disk disk, Identity known) throws IOException {
        OwnMembership configured = founding(config);
        boolean asConfigured = known.isSameMemberAs(configured.identity(config.name()));
        boolean asCalled = config.initialClusterState() == InitialClusterState.EXISTING
                && known.memberName().equals(config.name());
        if (!asConfigured && !asCalled) {
            throw new DataDirectoryException("Data directory " + disk + " belongs to " + known + ", not to "
                    + configured.identity(config.name())
                    + ": start the member with its own data directory, or with an empty one; or, if it is this member's and the"
                    + " cluster's members are others by now, with --initial-cluster-state existing.");
        }
        Optional<Configuration> begun = BeginningFile.read(disk);
        if (begun.isEmpty() && !asConfigured) {
            throw new DataDirectoryException("Data directory " + disk + " of " + known
                    + " does not say who founded the cluster, since an earlier release wrote it: start the member once with the"
                    + " --initial-cluster that it was founded with.");
        }
        if (begun.isEmpty()) {
            BeginningFile.write(disk, configured.beginning);
        }
        return new OwnMembership(known.clusterId(), known.member(), begun.orElse(configured.beginning));
    }

    Identity identity(String name) {
        return new Identity(clusterId, self, name);
    }
}
