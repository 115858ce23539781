package io.quorate.cli.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.quorate.cli.differential.Answers.Answer;
import io.quorate.cli.etcdctl.RealEtcd;
import io.quorate.cli.processes.DevProcess;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member answers the same as etcd 3.4.23, whatever it is asked, and so do the watches. For more requests, or others: {@code
 * ./test --all -- -pl cli -am -Dtest=DifferentialTest -Dsurefire.failIfNoSpecifiedTests=false
 * -Dquorate.test.differential.requests=1000000 -Dquorate.test.differential.seed=2}.
 */
@Tag("packages")
@Timeout(7200)
class DifferentialTest {

    private static final int REQUESTS = Integer.getInteger("quorate.test.differential.requests", 2000);
    private static final long SEED = Long.getLong("quorate.test.differential.seed", 1);
    private static final int REQUESTS_BETWEEN_EVENTS = 50;

    @TempDir
    private Path folder;

    @Test
    void aMemberAnswersAsEtcdDoes() throws Exception {
        try (DevProcess quorate = DevProcess.start(folder);
                RealEtcd etcd = new RealEtcd(folder);
                Answers ours = new Answers(quorate.endpoints().get(1));
                Answers theirs = new Answers(etcd.endpoint())) {
            RandomRequests requests = new RandomRequests(SEED);
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
                Answer expected = theirs.ask(request);
                assertThat(ours.ask(request).text())
                        .as("the answer to request %d of seed %d, %s", i, SEED, Answers.text(request))
                        .isEqualTo(expected.text());
                requests.seen(expected.revision());
                revision = Math.max(revision, expected.revision());
            }
            assertThat(revision).as("the revision after all that").isGreaterThan(REQUESTS / 10);
        }
    }
}
