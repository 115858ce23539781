package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.StateDigest;
import io.quorate.server.HostileRequests.Hostile;
import io.quorate.server.proto.etcdserverpb.AlarmMember;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.AlarmRequest.AlarmAction;
import io.quorate.server.proto.etcdserverpb.AlarmType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a client sends, the members go on, agree, and can read their logs again: nothing gets into the log that could not be
 * applied.
 */
class NothingPoisonsTheLogTest {

    private static final int MUTATIONS = Integer.getInteger("quorate.test.mutations", 1500);
    private static final long SEED = Long.getLong("quorate.test.mutations.seed", 1);

    /** What waits for others, such as a lock, is given so long. */
    private static final long SHORT_PATIENCE_MILLIS = 2000;

    /** What a program with a fault answers, unless the bytes are no request. */
    private static final Set<Status.Code> FAULTS = Set.of(Status.Code.UNKNOWN, Status.Code.INTERNAL);

    @TempDir
    private Path folder;

    private TestCluster cluster;

    @BeforeEach
    void start() throws IOException {
        cluster = TestCluster.start(3, folder);
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Where etcd 3.4.23 answers otherwise, or ends, the file says so. */
    @Test
    void whatNoHonestClientSendsIsAnsweredAsEtcdDoes() throws IOException {
        Channel channel = cluster.channel(cluster.follower());
        List<String> answers = new ArrayList<>();
        for (Hostile request : HostileRequests.all()) {
            answers.add(request.what() + ": " + HostileRequests.answer(channel, request));
        }
        disarmAll();
        try (InputStream expected = NothingPoisonsTheLogTest.class.getResourceAsStream("hostile-requests.txt")) {
            assertThat(expected).isNotNull();
            assertThat(answers)
                    .containsExactlyElementsOf(new String(expected.readAllBytes(), StandardCharsets.UTF_8)
                            .lines()
                            .map(line -> line.replaceFirst(" \\| etcd: .*", ""))
                            .toList());
        }
        assertUnharmed();
    }

    @Test
    void requestsWithFieldsAtTheirExtremesHarmNobody() throws IOException {
        List<Hostile> valid = HostileRequests.all().stream()
                .filter(request -> request.bytes().size() < 1000)
                .toList();
        SplittableRandom random = new SplittableRandom(SEED);
        Mutation mutation = new Mutation(random);
        List<Channel> channels = IntStream.range(0, 3)
                .mapToObj(i -> (Channel) cluster.channel(i))
                .toList();
        int passed = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            Hostile original = valid.get(random.nextInt(valid.size()));
            byte[] mutated = mutation.of(original.bytes().toByteArray());
            try {
                HostileRequests.send(channels.get(i % 3), original.method(), mutated, SHORT_PATIENCE_MILLIS);
                passed++;
                if (original.method().endsWith("Alarm")) {
                    disarmAll();
                }
            } catch (StatusRuntimeException e) {
                assertThat(isFault(e.getStatus()))
                        .as("%s is a fault of the program: mutation %d of seed %d, of %s", e, i, SEED, original.what())
                        .isFalse();
            }
        }
        assertThat(passed).as("requests that were done").isGreaterThan(MUTATIONS / 10);
        disarmAll();
        assertUnharmed();
    }

    private static boolean isFault(Status status) {
        return FAULTS.contains(status.getCode()) && !HostileRequests.isUnreadable(status);
    }

    private void disarmAll() {
        EtcdClient client = new EtcdClient(cluster.channel(0));
        for (AlarmMember alarm :
                client.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsList()) {
            client.maintenance()
                    .alarm(AlarmRequest.newBuilder()
                            .setAction(AlarmAction.DEACTIVATE)
                            .setMemberID(alarm.getMemberID())
                            .setAlarm(alarm.getAlarm())
                            .build());
            assertThat(alarm.getAlarm()).isNotEqualTo(AlarmType.UNRECOGNIZED);
        }
    }

    /** All members serve and agree, now and after they have read their logs again. */
    private void assertUnharmed() throws IOException {
        StateDigest before = agreedDigest("before");
        for (int i = 0; i < 3; i++) {
            assertThat(cluster.member(i).incarnation())
                    .as("member %d opened its data once", i)
                    .isEqualTo(1);
        }
        for (int i = 0; i < 3; i++) {
            cluster.stop(i);
        }
        for (int i = 0; i < 3; i++) {
            cluster.start(i);
        }
        cluster.awaitReady();
        assertThat(new EtcdClient(cluster.channel(0)).value("before")).isEqualTo("serves");
        assertThat(agreedDigest("after")).isNotEqualTo(before);
    }

    private StateDigest agreedDigest(String key) {
        for (int i = 0; i < 3; i++) {
            new EtcdClient(cluster.channel(i)).put(key, "serves");
        }
        TestCluster.await(() -> digests().stream().distinct().count() == 1, "the members' states are the same");
        return digests().getFirst();
    }

    private List<StateDigest> digests() {
        return IntStream.range(0, 3)
                .mapToObj(i -> cluster.member(i).machine().store().digest())
                .toList();
    }
}
