package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is told of the writes of a member that runs. */
@Timeout(60)
class TuneCommandTest {

    @TempDir
    private Path dir = Path.of("");

    /** A client that writes one thing after the other, until it is closed. */
    private static final class Writer implements AutoCloseable {

        private final AtomicBoolean over = new AtomicBoolean();
        private final CompletableFuture<Void> writing;

        Writer(KVGrpc.KVBlockingStub kv) {
            PutRequest put = PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key"))
                    .build();
            assertThat(kv.put(put).hasHeader()).isTrue();
            // Not on the pool for all, of which the command's own questions to members may need every thread.
            writing = CompletableFuture.runAsync(
                    () -> {
                        while (!over.get()) {
                            var unused = kv.put(put);
                        }
                    },
                    task -> Thread.ofPlatform().start(task));
        }

        @Override
        public void close() {
            over.set(true);
            writing.join();
        }
    }

    @Test
    void whereTheTimeOfWritesGoesIsToldPhaseByPhaseAsSharesOfTheWhole() throws Exception {
        try (OneMember member = OneMember.start(OneMember.config(dir));
                Writer writer = new Writer(KVGrpc.newBlockingStub(member.channel()))) {
            assertThat(writer.writing).isNotDone();
            // On a machine that is busy a window may hold no write, or one that is half told: then the next one is
            // asked for.
            await().untilAsserted(() -> {
                CommandRun run = member.run("tune", "--window=400ms", "--output=json");
                assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.OK);
                assertTellsAll(JsonParser.parseString(run.out()).getAsJsonObject());
            });
            await().untilAsserted(() ->
                    assertTellsAll(member.run("tune", "--window=100ms").out()));
        }
    }

    private static void assertTellsAll(String told) {
        assertThat(told)
                .containsPattern("Where the time of \\d+ writes went, in \\d+\\.\\d s, \\d+ a second, of all members'")
                .containsPattern("PHASE +SHARE +WRITES +MEAN MS +P50 MS +P99 MS")
                .containsPattern("- sync +\\d+ %")
                .containsPattern("whole +100 %")
                .contains("Most of it goes to ")
                .contains("No setting of sending entries is worth a trial");
    }

    private static void assertTellsAll(JsonObject told) {
        List<JsonObject> phases = StreamSupport.stream(
                        told.getAsJsonArray("phases").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .toList();
        assertThat(phases)
                .extracting(phase -> phase.get("phase").getAsString())
                .containsExactly("queue", "commit", "sync", "replicate", "apply", "answer");
        assertThat(told.get("writes").getAsLong()).isPositive();
        assertThat(phases.stream()
                        .filter(phase -> !phase.get("within_commit").getAsBoolean())
                        .mapToDouble(phase -> phase.get("share").getAsDouble())
                        .sum())
                .as("but for the writes that were half told at either end")
                .isCloseTo(1, within(0.2));
        assertThat(told.get("max_inflight_messages").getAsInt()).isEqualTo(256);
        assertThat(told.getAsJsonArray("proposals"))
                .as("a member that is alone sends nothing")
                .noneMatch(proposal -> proposal.toString().contains("--max-"));
    }

    @Test
    void aWindowThatIsNoTimeIsRefused() {
        for (String window : List.of("0", "soon", "-1s", "25h", "999999999h")) {
            CommandRun run = CommandRun.of("tune", "--window=" + window);
            assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
            assertThat(run.err()).contains("--window has \"" + window + "\", which is not a time to watch for");
        }
    }
}
