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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What {@code etcdctl} prints, that of etcd 3.4 and that of 3.5, is the same at a member as at etcd itself of the same release.
 *
 * <p>What etcd answers is recorded in {@code transcript.txt} and {@code transcript-3.5.txt}. A new command is a new line there; {@code ./test --all -- -pl cli
 * -am -Dtest=EtcdctlTest -Dsurefire.failIfNoSpecifiedTests=false -Dquorate.test.record=true} then records it all anew.
 */
@Tag("packages")
@Timeout(600)
class EtcdctlTest {

    private static final Path TRANSCRIPTS = Path.of("src/test/resources/io/quorate/cli/etcdctl");
    private static final boolean RECORD = Boolean.getBoolean("quorate.test.record");

    @TempDir
    private Path folder;

    @ParameterizedTest(name = "etcdctl {0} at node{1}")
    @CsvSource({"V3_4, 1", "V3_4, 3", "V3_5, 2"})
    void everyMemberAnswersAsEtcdDoes(EtcdRelease release, int member) throws Exception {
        try (DevProcess cluster = DevProcess.start(folder)) {
            Etcdctl etcdctl = new Etcdctl(release, cluster.endpoints().get(member - 1), folder);

            assertThat(differences(answers(etcdctl, release), Transcript.read(transcript(release))))
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void etcdItselfAnswersAsRecorded(EtcdRelease release) throws Exception {
        try (RealEtcd etcd = new RealEtcd(release, folder)) {
            Etcdctl etcdctl = new Etcdctl(release, etcd.endpoint(), folder);
            await("that etcd serves, with all its members")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> etcdctl.answer("etcdctl endpoint health --cluster && etcdctl member list")
                            .matches("(?s)(.* is healthy.*\n){3}(.* started, .*\n){3}"));
            Transcript answers = answers(etcdctl, release);
            if (RECORD) {
                answers.write(transcript(release));
            }

            assertThat(differences(answers, Transcript.read(transcript(release))))
                    .isEmpty();
        }
    }

    private static Path transcript(EtcdRelease release) {
        return TRANSCRIPTS.resolve(
                switch (release) {
                    case V3_4 -> "transcript.txt";
                    case V3_5 -> "transcript-3.5.txt";
                });
    }

    private static Transcript answers(Etcdctl etcdctl, EtcdRelease release) throws IOException, InterruptedException {
        List<Step> answers = new ArrayList<>();
        for (Step step : Transcript.read(transcript(release)).steps()) {
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
