package io.quorate.cli.etcdctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.etcdctl.Transcript.Step;
import io.quorate.cli.processes.DevProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What Debian's {@code etcdctl} prints is the same at a member as at etcd itself.
 *
 * <p>What etcd answers is recorded in {@code transcript.txt}. A new command is a new line there; {@code ./test --all -- -pl cli
 * -am -Dtest=EtcdctlTest -Dsurefire.failIfNoSpecifiedTests=false -Dquorate.test.record=true} then records it all anew.
 */
@Tag("packages")
@Timeout(600)
class EtcdctlTest {

    private static final Path TRANSCRIPT = Path.of("src/test/resources/io/quorate/cli/etcdctl/transcript.txt");
    private static final boolean RECORD = Boolean.getBoolean("quorate.test.record");

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "at node{0}")
    @ValueSource(ints = {1, 2, 3})
    void everyMemberAnswersAsEtcdDoes(int member) throws Exception {
        try (DevProcess cluster = DevProcess.start(folder)) {
            Etcdctl etcdctl = new Etcdctl(cluster.endpoints().get(member - 1), folder);

            assertThat(differences(answers(etcdctl), Transcript.read(TRANSCRIPT)))
                    .isEmpty();
        }
    }

    @Test
    void etcdItselfAnswersAsRecorded() throws Exception {
        try (RealEtcd etcd = new RealEtcd(folder)) {
            Etcdctl etcdctl = new Etcdctl(etcd.endpoint(), folder);
            await("that etcd serves, with all its members")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> etcdctl.answer("etcdctl endpoint health --cluster && etcdctl member list")
                            .matches("(?s)(.* is healthy.*\n){3}(.* started, .*\n){3}"));
            Transcript answers = answers(etcdctl);
            if (RECORD) {
                answers.write(TRANSCRIPT);
            }

            assertThat(differences(answers, Transcript.read(TRANSCRIPT))).isEmpty();
        }
    }

    private static Transcript answers(Etcdctl etcdctl) throws IOException, InterruptedException {
        List<Step> answers = new ArrayList<>();
        for (Step step : Transcript.read(TRANSCRIPT).steps()) {
            answers.add(step.withAnswer(etcdctl.answer(step.command())));
        }
        assertThat(answers).isNotEmpty();
        return new Transcript(answers);
    }

    private static List<String> differences(Transcript actual, Transcript expected) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < expected.steps().size(); i++) {
            Step wanted = expected.steps().get(i);
            Step got = actual.steps().get(i);
            if (!got.equals(wanted)) {
                differences.add("\n$ " + wanted.command() + "\netcd answers:\n" + wanted.answer() + "instead of that:\n"
                        + got.answer());
            }
        }
        return differences;
    }
}
