package io.quorate.server;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.StorageIds;
import io.quorate.engine.transport.netty.PeerAddress;
import io.quorate.engine.transport.netty.PeerInquiry;
import io.quorate.engine.transport.netty.PeerInquiry.Report;
import io.quorate.server.ServerConfig.InitialMember;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the other members whether this one, which has no data, ever took part, until it may take part or is refused ({@link
 * Admission}). Meanwhile its network answers those that ask the same, and nothing else.
 *
 * <p>An answer counts for as long as this member runs: whoever did not remember it when it answered has nobody left to meet who would be
 * this member with other data.
 */
final class Newcomer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Newcomer.class);
    private static final Duration TIMEOUT_OF_EACH = Duration.ofSeconds(2);
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final ServerConfig config;
    private final OwnMembership membership;
    private final StorageIds storages;
    private final MemberSecurity security;

    /** By where they were given: whoever is there answers once, for one member. */
    private final Map<String, Report> answers = new LinkedHashMap<>();

    private volatile String waitsFor = "";
    private String toldToWaitFor = "";
    private Optional<Thread> asking = Optional.empty();
    private volatile boolean closed;

    Newcomer(ServerConfig config, OwnMembership membership, StorageIds storages, MemberSecurity security) {
        this.config = config;
        this.membership = membership;
        this.storages = storages;
        this.security = security;
    }

    /**
     * Begins to ask, unless the member may take part already.
     *
     * @param stop told why the member may not take part, or cannot
     */
    synchronized void begin(Consumer<Throwable> stop) {
        if (!closed && !storages.isAdmitted()) {
            asking = Optional.of(
                    Thread.ofVirtual().name(config.name() + "-newcomer").start(() -> run(stop)));
        }
    }

    /** What the member waits for before it may take part, in words; empty if it may, or does not know yet. */
    Optional<String> waitsFor() {
        return storages.isAdmitted() ? Optional.empty() : Optional.of(waitsFor).filter(known -> !known.isEmpty());
    }

    private void run(Consumer<Throwable> stop) {
        try {
            if (findOut()) {
                storages.admit().join();
            }
        } catch (LostDataException e) {
            stop.accept(e);
        } catch (CompletionException e) {
            stop.accept(new IOException("its data directory cannot be written: " + e.getCause(), e));
        } catch (RuntimeException e) {
            stop.accept(e);
        }
    }

    /** Returns true when the member may take part, and false if it was closed before that was known. */
    private boolean findOut() throws LostDataException {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (!mayTakePart()) {
            for (String address : addresses()) {
                if (closed) {
                    return false;
                }
                if (ask(address) && mayTakePart()) {
                    return true;
                }
            }
            if (!waitsFor.equals(toldToWaitFor)) {
                toldToWaitFor = waitsFor;
                LOG.info("member {} does not take part yet: {}", membership.self(), waitsFor);
            }
            if (closed || !pause(pauseMillis)) {
                return false;
            }
            pauseMillis = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
        }
        return true;
    }

    private boolean mayTakePart() throws LostDataException {
        Admission admission = new Admission(membership.self(), storages.own(), membership.beginning());
        return switch (admission.verdict(answersOfEach())) {
            case Admission.Verdict.TakesPart takesPart -> {
                LOG.info("member {} has no data and takes part: {}", membership.self(), takesPart.why());
                yield true;
            }
            case Admission.Verdict.Waits waits -> {
                waitsFor = waits.why();
                yield false;
            }
            case Admission.Verdict.Refused refused -> throw refused.why();
        };
    }

    /** A member that is reached at several addresses counts once. */
    private Collection<Report> answersOfEach() {
        Map<MemberId, Report> ofEach = new TreeMap<>();
        answers.values().forEach(answer -> ofEach.put(answer.answeredBy(), answer));
        return ofEach.values();
    }

    /**
     * Where a member is known to be: a founder where it was founded; of others the configuration does not say which is where, but where
     * all of them are.
     */
    private Set<String> hostsOf(MemberId member) {
        List<String> founded = membership.beginning().addresses().getOrDefault(member, List.of());
        return founded.isEmpty() ? security.hostsOfOthers() : PeerAddress.hostsOf(founded);
    }

    /** Where the others are reached, as the configuration says, or those that have answered. */
    private Set<String> addresses() {
        Set<String> addresses = new LinkedHashSet<>();
        config.initialCluster().stream()
                .map(InitialMember::peerUrl)
                .map(URI::toString)
                .forEach(addresses::add);
        answers.values().stream()
                .flatMap(answer -> answer.members().addresses().values().stream())
                .flatMap(Collection::stream)
                .forEach(addresses::add);
        addresses.removeAll(
                config.initialAdvertisePeerUrls().stream().map(URI::toString).collect(Collectors.toSet()));
        return addresses;
    }

    /** Returns whether a member of the same cluster has answered. */
    private boolean ask(String text) throws LostDataException {
        Optional<InetSocketAddress> address = PeerAddress.parse(text);
        if (address.isEmpty()) {
            return false;
        }
        try {
            Report report = PeerInquiry.ask(address.get(), TIMEOUT_OF_EACH, security.peers(), this::hostsOf);
            if (report.clusterId() != membership.clusterId()) {
                if (report.members().removed().contains(membership.self())) {
                    // It is of a later epoch, which goes on without this member: founding the old cluster anew would be
                    // a second one.
                    throw LostDataException.ofRemoved(membership.self(), report.answeredBy());
                }
                LOG.debug("member {} at {} belongs to another cluster", report.answeredBy(), text);
                return false;
            }
            if (report.answeredBy().equals(membership.self())) {
                return false;
            }
            answers.put(text, report);
            return true;
        } catch (IOException e) {
            LOG.debug("nobody answers at {}: {}", text, e.getMessage());
            return false;
        }
    }

    private static boolean pause(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Ends the asking; the member may take part later, if it is opened again. */
    @Override
    public synchronized void close() {
        closed = true;
        asking.ifPresent(Thread::interrupt);
    }
}
