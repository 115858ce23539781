package io.quorate.simulator.workload;

import io.quorate.kv.User;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.Cluster;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * The users of a run: who its clients say they are, and the clients that administer what they may do, or ask for what nobody
 * is likely to be allowed. Only some runs have users; which do is the seed's choice.
 */
final class Users {

    private static final int ONE_RUN_IN = 4;

    /** Those that an administrator keeps adding and deleting; whoever is called by another name never is a user. */
    static final List<String> NAMES = List.of("ada", "bob", "cyd", "dan");

    private final SplittableRandom random;
    private final int administrators;
    private final int strangers;
    private final List<ProposingClient> clients = new ArrayList<>();

    private Users(int administrators, int strangers, SplittableRandom random) {
        this.administrators = administrators;
        this.strangers = strangers;
        this.random = random;
    }

    /** Those that the run of a seed has, if it has any. */
    static Optional<Users> draw(SplittableRandom random) {
        return random.nextInt(ONE_RUN_IN) == 0
                ? Optional.of(new Users(1 + random.nextInt(2), 1 + random.nextInt(3), random))
                : Optional.empty();
    }

    /** Who another client is: a user, the one that administers, or nobody. */
    Identity identity() {
        return switch (random.nextInt(8)) {
            case 0 -> Identity.nobody();
            case 1, 2 -> new Identity(User.ROOT, random.nextBoolean());
            default -> new Identity(NAMES.get(random.nextInt(NAMES.size())), random.nextBoolean());
        };
    }

    void begin(Agenda agenda, Cluster cluster, Perseverance perseverance) {
        for (int i = 0; i < administrators; i++) {
            Administration administration = new Administration(random.split());
            clients.add(new ProposingClient(agenda, cluster, random.split(), administration, perseverance.ofOne()));
        }
        for (int i = 0; i < strangers; i++) {
            GuardedRequests requests = new GuardedRequests(i, identity(), random.split());
            clients.add(new ProposingClient(agenda, cluster, random.split(), requests, perseverance.ofOne()));
        }
        clients.forEach(ProposingClient::begin);
    }

    void stop() {
        clients.forEach(ProposingClient::stop);
    }

    boolean areDone() {
        return clients.stream().allMatch(ProposingClient::isDone);
    }
}
