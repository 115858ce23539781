package io.quorate.cli.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.cli.etcdctl.RealEtcd;
import io.quorate.cli.processes.DevProcess;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserAddRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGrantRoleRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member allows and refuses what etcd 3.4.23 does, whatever roles users have: rounds of changes by root, and then of requests by
 * users. The properties {@code quorate.test.differential.users.rounds} and {@code .seed} ask for more rounds, or others.
 */
@Tag("packages")
@Timeout(7200)
class UsersDifferentialTest {

    private static final int ROUNDS = Integer.getInteger("quorate.test.differential.users.rounds", 4);
    private static final long SEED = Long.getLong("quorate.test.differential.users.seed", 1);
    private static final int CHANGES = 12;
    private static final int REQUESTS = 60;
    private static final String ROOT = "root";
    private static final String NOBODY = "";

    @TempDir
    private Path folder;

    @Test
    void usersMayDoWhatTheyMayAtEtcd() throws Exception {
        try (DevProcess quorate = DevProcess.start(folder);
                RealEtcd etcd = new RealEtcd(EtcdRelease.compared(), folder);
                Answers ours = new Answers(quorate.endpoints().get(1));
                Answers theirs = new Answers(etcd.endpoint())) {
            Pair pair = new Pair(ours, theirs);
            pair.prepare();
            RandomUsers drawn = new RandomUsers(SEED);
            for (int round = 0; round < ROUNDS; round++) {
                pair.round = round;
                assertThat(pair.logIn(ROOT)).as("root is logged in").isTrue();
                for (int i = 0; i < CHANGES; i++) {
                    pair.ask(ROOT, drawn.change());
                }
                for (long lease = 1; lease <= RandomUsers.LEASES; lease++) {
                    pair.ask(
                            ROOT,
                            LeaseGrantRequest.newBuilder()
                                    .setID(lease)
                                    .setTTL(100_000)
                                    .build());
                }
                List<String> loggedIn = new ArrayList<>(
                        RandomUsers.USERS.stream().filter(pair::logIn).toList());
                loggedIn.add(ROOT);
                for (int i = 0; i < REQUESTS; i++) {
                    String caller = drawn.caller(loggedIn);
                    Message request = drawn.request();
                    // At etcd, a lease without keys is everybody's.
                    if (!caller.equals(NOBODY) || !(request instanceof LeaseRevokeRequest)) {
                        pair.ask(caller, request);
                    }
                }
            }
            assertThat(pair.denied).as("requests that were denied").isGreaterThan(ROUNDS * 5);
            assertThat(pair.answered).as("requests that were answered").isGreaterThan(ROUNDS * 10);
        }
    }

    /** A member and etcd, who are asked the same. */
    private static final class Pair {
        private final Answers ours;
        private final Answers theirs;
        private int round;
        private int denied;
        private int answered;

        Pair(Answers ours, Answers theirs) {
            this.ours = ours;
            this.theirs = theirs;
        }

        void prepare() {
            ask(
                    NOBODY,
                    AuthUserAddRequest.newBuilder()
                            .setName(ROOT)
                            .setPassword(ROOT)
                            .build());
            ask(
                    NOBODY,
                    AuthUserGrantRoleRequest.newBuilder()
                            .setUser(ROOT)
                            .setRole(ROOT)
                            .build());
            ask(NOBODY, AuthEnableRequest.getDefaultInstance());
        }

        /** Whether both let the user in; neither may do so alone. */
        boolean logIn(String user) {
            boolean expected = theirs.logIn(user, user);
            assertThat(ours.logIn(user, user))
                    .as("whether %s is let in, in round %d of seed %d", user, round, SEED)
                    .isEqualTo(expected);
            return expected;
        }

        void ask(String user, Message request) {
            String expected = theirs.as(user).ask(request).text();
            assertThat(ours.as(user).ask(request).text())
                    .as("the answer to '%s' in round %d of seed %d: %s", user, round, SEED, Answers.text(request))
                    .isEqualTo(expected);
            if (expected.startsWith("PERMISSION_DENIED")) {
                denied++;
            } else if (expected.startsWith("header")) {
                answered++;
            }
        }
    }
}
