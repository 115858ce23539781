package io.quorate.cli.soak;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what clients have done and what came of it, and keeps what must not have been. Thread-safe. */
final class Ledger {

    /** Enough to see what is wrong. */
    private static final int MOST_COMPLAINTS = 20;

    /** While authentication is being enabled, or there is no leader for a while. */
    private static final long MOST_UNANSWERED = 50;

    /** What any client must be ready for: there was no leader, the member was down, or a change of users came in between. */
    private static final Set<Status.Code> PASSING = Set.of(Status.Code.UNAVAILABLE, Status.Code.DEADLINE_EXCEEDED);

    private final Map<String, AtomicLong> done = new ConcurrentSkipListMap<>();
    private final Map<String, AtomicLong> passed = new ConcurrentSkipListMap<>();
    private final Queue<String> complaints = new ConcurrentLinkedQueue<>();

    /** That something was done, so often. */
    void count(String what, long times) {
        done.computeIfAbsent(what, key -> new AtomicLong()).addAndGet(times);
    }

    void complain(String complaint) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(complaint);
        }
    }

    /** Checks an answer, and counts it. */
    void expect(String what, String expected, String actual) {
        if (expected.equals(actual)) {
            count(what, 1);
        } else {
            complain(what + ": " + actual + " instead of " + expected);
        }
    }

    /** Checks that a call failed so; what passes is counted apart. */
    void expectFailure(String what, String expected, StatusRuntimeException failure) {
        if (isPassing(failure)) {
            pass(what);
        } else {
            expect(what, expected, text(failure.getStatus()));
        }
    }

    void pass(String what) {
        passed.computeIfAbsent(what, key -> new AtomicLong()).incrementAndGet();
    }

    static boolean isPassing(StatusRuntimeException failure) {
        return PASSING.contains(failure.getStatus().getCode())
                || isPassing(String.valueOf(failure.getStatus().getDescription()));
    }

    /** Whether users have changed since the client has learnt of them, by etcd's words for that. */
    static boolean isPassing(String text) {
        return text.endsWith("etcdserver: invalid auth token")
                || text.endsWith("etcdserver: revision of auth store is old")
                || text.endsWith("etcdserver: user name is empty");
    }

    /** One sentence for everything that was left without an answer more often than now and then. */
    List<String> unanswered() {
        return passed.entrySet().stream()
                .filter(what -> what.getValue().get() > MOST_UNANSWERED + count(what.getKey()) / 10)
                .map(what -> "%s: %s had no answer, and only %d had one"
                        .formatted(what.getKey(), what.getValue(), count(what.getKey())))
                .toList();
    }

    private long count(String what) {
        return done.getOrDefault(what, new AtomicLong()).get();
    }

    static String text(Status status) {
        return status.getCode() + " " + status.getDescription();
    }

    Map<String, AtomicLong> done() {
        return done;
    }

    Map<String, AtomicLong> passed() {
        return passed;
    }

    Queue<String> complaints() {
        return complaints;
    }
}
