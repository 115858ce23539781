package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Until when a process waits for the members that it runs. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunningMembersTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** It is asked why by its pages, until somebody stops it. */
    @Test
    void aSingleMemberThatTakesNoPartAnyMoreStaysUntilItIsStopped() {
        FakeMembers members =
                FakeMembers.thatStayReady().withSilenced("default", new IOException("its log is another one"));
        ServerConfig config = ServerSettings.of(Map.of(), Map.of()).toConfig();

        try (RunningMembers running = RunningMembers.start(members, List.of(config))) {
            running.awaitReady();
            FutureTask<Void> end = new FutureTask<>(running::awaitStop, null);
            Thread waiting = Thread.ofPlatform().start(end);
            while (waiting.isAlive() && waiting.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
            }
            assertThat(end).isNotDone();

            members.stop();

            assertThat(end).succeedsWithin(PATIENCE);
        }
    }
}
