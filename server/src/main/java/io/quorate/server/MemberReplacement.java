package io.quorate.server;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.transport.StorageIds;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.members.RemoteCluster;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.store.ScratchFolder;
import io.quorate.server.wire.ClientTls;
import io.quorate.server.wire.EtcdError;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a new member, a learner, in the place of one that has lost its data: has the old one removed from the cluster, and the new one
 * added under the same peer URLs, as a witness if the old one was one. The cluster judges both, as if they had been asked for by hand.
 *
 * <p>What is done already is not done again, so it can be broken off anywhere and begun anew: whether the old member is still there, and
 * whether the one that is there was ever started, is found out each time.
 */
public final class MemberReplacement {

    private static final Logger LOG = LoggerFactory.getLogger(MemberReplacement.class);
    private static final String LOCK = "lock";
    private static final String SNAPSHOTS = "snapshots";
    private static final long PAUSE_MILLIS = 200;

    /** Of a member that is not there, or of a cluster without a leader. */
    private static final Set<Status.Code> PASSING =
            Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED, Status.Code.CANCELLED);

    /** What may pass is tried again for so many times the patience of a request. */
    private static final int PATIENCE = 3;

    private final ServerConfig config;
    private final Set<String> ownUrls;
    private final RemoteCluster cluster;

    private MemberReplacement(ServerConfig config, RemoteCluster cluster) {
        this.config = config;
        this.ownUrls =
                config.initialAdvertisePeerUrls().stream().map(URI::toString).collect(Collectors.toSet());
        this.cluster = cluster;
    }

    /**
     * Makes room in the cluster for a member that has lost its data. Needs one of the others to be reached by the peer URLs of the
     * configuration, and at its client URLs.
     *
     * @return what the member is to be started with: it joins the cluster, whose members are asked for rather than configured
     * @throws IOException with one sentence if the data directory is in use or not empty, nobody answers, or the cluster refuses; then
     *     nothing was changed, unless the sentence says so
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    public static ServerConfig prepare(ServerConfig config) throws IOException {
        List<URI> others = others(config);
        FileDisk disk = new FileDisk(config.dataDir());
        try (Closeable lock = disk.lock()) {
            requireNoData(config.dataDir(), disk);
            ServerConfig joining;
            // A member works at a request for a while, and then says how it ended: that is waited for.
            try (MemberSecurity security = MemberSecurity.open(config);
                    RemoteCluster cluster = RemoteCluster.find(
                            others,
                            config.requestTimeout().multipliedBy(2),
                            security.peers(),
                            security.forClients().map(ClientTls::party))) {
                joining = new MemberReplacement(config, cluster).replace();
            }
            discard(config.dataDir());
            return joining;
        }
    }

    private static List<URI> others(ServerConfig config) throws IOException {
        List<URI> others = config.initialCluster().stream()
                .filter(member -> !member.name().equals(config.name()))
                .map(InitialMember::peerUrl)
                .toList();
        if (others.isEmpty()) {
            throw new IOException("--initial-cluster names nobody but " + config.name()
                    + ", and --replace-member needs others to ask; name the members of the cluster");
        }
        return others;
    }

    private static void requireNoData(Path dataDir, FileDisk disk) throws IOException {
        Optional<Identity> known = DataDirectory.identityOf(disk);
        if (known.isPresent() && !isUnused(disk)) {
            throw new DataDirectoryException("Data directory " + dataDir + " holds the data of " + known.get()
                    + ": --replace-member is for a member that has lost its data; start it without, with"
                    + " --initial-cluster-state existing if it was replaced already, or move away what is there.");
        }
        if (known.isEmpty() && !contents(dataDir).isEmpty()) {
            throw new DataDirectoryException("Data directory " + dataDir
                    + " is not empty: --replace-member is for a member that has lost its data; name an empty directory, or"
                    + " move away what is there.");
        }
    }

    /** A member was started here by mistake, and refused before it took part; it has nothing but what was imported, perhaps. */
    private static boolean isUnused(FileDisk disk) throws IOException {
        boolean isImported =
                disk.isDirectory(SNAPSHOTS) && !disk.list(SNAPSHOTS).isEmpty();
        return StorageIds.isUnused(disk) && !isImported;
    }

    private static void discard(Path dataDir) throws IOException {
        for (Path file : contents(dataDir)) {
            ScratchFolder.delete(file);
        }
    }

    private static List<Path> contents(Path dataDir) throws IOException {
        try (Stream<Path> files = Files.list(dataDir)) {
            return files.filter(file -> !file.getFileName().toString().equals(LOCK))
                    .toList();
        }
    }

    private ServerConfig replace() throws IOException {
        long deadline = System.nanoTime()
                + config.requestTimeout().multipliedBy(PATIENCE).toNanos();
        while (true) {
            try {
                Optional<ServerConfig> done = step();
                if (done.isPresent()) {
                    return done.get();
                }
            } catch (StatusRuntimeException e) {
                if (!mayPass(e) || System.nanoTime() - deadline >= 0) {
                    throw refused(e);
                }
                LOG.info("asking the cluster again, which answered: {}", text(e));
                cluster.askAnother();
                pause();
            }
        }
    }

    /** Looks at what the members are now, and does the next thing; empty unless there is nothing left to be done. */
    private Optional<ServerConfig> step() throws IOException {
        List<Member> members = cluster.members();
        Optional<Member> own = members.stream()
                .filter(member -> ownUrls.equals(new HashSet<>(member.getPeerURLsList())))
                .findFirst();
        if (own.isEmpty()) {
            if (config.isWitness()) {
                cluster.addWitness(ownUrls, members);
                LOG.info("a witness was added at {}, as a learner at first", String.join(",", ownUrls));
            } else {
                long id = cluster.addLearner(ownUrls);
                LOG.info("a learner was added at {}, as member {}", String.join(",", ownUrls), Long.toHexString(id));
            }
            return Optional.empty();
        }
        requireSameKind(own.get());
        if (!wasStarted(own.get())) {
            LOG.info("joining as member {}", Long.toHexString(own.get().getID()));
            return Optional.of(config.joining(named(members, own.get())));
        }
        if (!config.isWitness()) {
            requireNoOtherLearner(members, own.get());
        }
        cluster.remove(own.get().getID());
        LOG.warn(
                "member {}, which has lost its data, was removed from the cluster",
                Long.toHexString(own.get().getID()));
        return Optional.empty();
    }

    /** One that was started tells its name through the log, and is remembered by those that it was connected with. */
    private boolean wasStarted(Member member) {
        return !member.getName().isEmpty() || cluster.remembers(member.getID());
    }

    /** Nobody becomes what it was not by losing its data: fewer members would hold what is committed, or one that is to hold none. */
    private void requireSameKind(Member own) throws IOException {
        if (own.getIsWitness() != config.isWitness()) {
            String id = Long.toHexString(own.getID());
            throw new IOException(
                    own.getIsWitness()
                            ? "member " + id + " is a witness, and so is who replaces it; add --witness"
                            : "member " + id
                                    + " holds data, and so does who replaces it; leave --witness out, or remove it"
                                    + " and add a witness with 'quorate members add --witness'");
        }
    }

    /** By etcd's API, there would be no place for the new one, once the old one is gone. */
    private static void requireNoOtherLearner(List<Member> members, Member own) throws IOException {
        Optional<Member> learner = members.stream()
                .filter(member -> member.getIsLearner() && member.getID() != own.getID())
                .findFirst();
        if (learner.isPresent()) {
            throw new IOException("the cluster has a learner already, member "
                    + Long.toHexString(learner.get().getID())
                    + ", and takes no second one; promote or remove that first, and start this one again");
        }
    }

    /** Names are no part of what members agree on, and not all are known: the others are called by their ids. */
    private List<InitialMember> named(List<Member> members, Member own) {
        List<InitialMember> named = new ArrayList<>();
        for (Member member : members) {
            String name = member.getID() == own.getID() ? config.name() : "member-" + Long.toHexString(member.getID());
            member.getPeerURLsList()
                    .forEach(url -> named.add(new InitialMember(name, URI.create(url), member.getIsWitness())));
        }
        return named;
    }

    private static boolean mayPass(StatusRuntimeException e) {
        String text = text(e);
        if (text.equals(EtcdError.UNHEALTHY.message())) {
            return false;
        }
        // What this has done itself, or somebody else meanwhile, and how it ended nobody could tell.
        boolean doneMeanwhile =
                text.equals(EtcdError.MEMBER_NOT_FOUND.message()) || text.equals(EtcdError.PEER_URLS_EXIST.message());
        return doneMeanwhile || PASSING.contains(e.getStatus().getCode());
    }

    private IOException refused(StatusRuntimeException e) {
        String text = text(e);
        String hint;
        if (text.equals(EtcdError.UNHEALTHY.message()) || text.equals(EtcdError.TOO_FEW_STARTED_MEMBERS.message())) {
            hint = "too few of the others would be left to decide anything; start those that are down first";
        } else if (text.equals(EtcdError.USER_EMPTY.message()) || text.equals(EtcdError.PERMISSION_DENIED.message())) {
            hint = "users must log in there: as root, remove the member and add it "
                    + (config.isWitness() ? "with 'quorate members add --witness'" : "as a learner with etcdctl")
                    + ", and start it with --initial-cluster-state existing";
        } else {
            hint =
                    "start this member again with --replace-member when that has passed: what is done by then is not done again";
        }
        return new IOException("the member could not be replaced, the cluster says \"" + text + "\": " + hint, e);
    }

    private static String text(StatusRuntimeException e) {
        String description = e.getStatus().getDescription();
        return description == null ? e.getStatus().getCode().toString() : description;
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the member was being replaced", e);
        }
    }
}
