package io.quorate.cli.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.quorate.cli.differential.Answers.Answer;
import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.cli.etcdctl.RealEtcd;
import io.quorate.cli.processes.DevProcess;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member answers the same as etcd 3.4.23, whatever it is asked, and so do the watches. For more requests, or others: {@code
 * ./test --all -- -pl cli -am -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dquorate.test.differential.requests=1000000 -Dquorate.test.differential.seed=2}; with {@code
 * -Dquorate.test.differential.members=1} and {@code -Dtest.jvm.args=-Djava.io.tmpdir=/dev/shm}, where syncs cost nothing, a
 * million takes minutes instead of hours.
 */
@Tag("packages")
@Timeout(7200)
class DifferentialTest {

    private static final int REQUESTS = Integer.getInteger("quorate.test.differential.requests", 2000);
    private static final long SEED = Long.getLong("quorate.test.differential.seed", 1);
    private static final int MEMBERS = Integer.getInteger("quorate.test.differential.members", 3);
    private static final int REQUESTS_BETWEEN_EVENTS = 50;
    private static final int REQUESTS_BETWEEN_LINES = 10_000;

    @TempDir
    private Path folder;

    @Test
    void aMemberAnswersAsEtcdDoes() throws Exception {
        try (DevProcess quorate = DevProcess.start(folder, MEMBERS);
                RealEtcd etcd = new RealEtcd(EtcdRelease.compared(), folder, MEMBERS);
                ExecutorService beside = Executors.newSingleThreadExecutor();
                Answers ours = new Answers(quorate.endpoints().getLast());
                Answers theirs = new Answers(etcd.endpoint())) {
            RandomRequests requests = new RandomRequests(SEED, MEMBERS == 1);
            long revision = 1;
            long told = 1;
            for (int i = 0; i < REQUESTS; i++) {
                Message request = requests.next();
                // A compaction takes away pairs before events that were not told yet.
                boolean tellsEvents = i % REQUESTS_BETWEEN_EVENTS == 0 || request instanceof CompactionRequest;
                if (tellsEvents && revision > told) {
                    told = revision;
                    assertThat(ours.events(told))
                            .as("events up to revision %d, before request %d of seed %d", told, i, SEED)
                            .isEqualTo(theirs.events(told));
                }
                // Both at once: neither waits for the other.
                CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> ours.ask(request), beside);
                Answer expected = theirs.ask(request);
                assertThat(answer.join().text())
                        .as("the answer to request %d of seed %d, %s", i, SEED, Answers.text(request))
                        .isEqualTo(expected.text());
                requests.seen(expected.revision());
                revision = Math.max(revision, expected.revision());
                if (i > 0 && i % REQUESTS_BETWEEN_LINES == 0) {
                    System.out.println(i + " requests of seed " + SEED + ", revision " + revision + ": no difference");
                }
            }
            assertThat(revision).as("the revision after all that").isGreaterThan(REQUESTS / 10);
        }
    }
}
