package io.quorate.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuthState;
import io.quorate.kv.Bytes;
import io.quorate.kv.User;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;
import org.junit.jupiter.api.Test;

/** A name that is nobody's costs what a user's does. */
class NobodysHashTest {

    private final NobodysHash hash = new NobodysHash(7, new SecureRandom());

    private static User user(String name, int cost) {
        byte[] salt = new byte[16];
        return new User(
                name, Bytes.utf8(OpenBSDBCrypt.generate("2a", "x".toCharArray(), salt, cost)), false, 1, List.of());
    }

    private static AuthState of(Map<String, User> users) {
        return AuthState.of(true, 1, users, Map.of());
    }

    @Test
    void bcryptCanReadItAndNoPasswordSuits() {
        String made = hash.of(of(Map.of("cheap", user("cheap", 4))), "nobody");
        assertThat(made).startsWith("$2a$04$").hasSize(60);
        assertThat(OpenBSDBCrypt.checkPassword(made, "".toCharArray())).isFalse();
    }

    @Test
    void whereNobodyHasAPasswordTheCostIsThatOfNewOnes() {
        User certified = new User("certified", Bytes.empty(), true, 1, List.of());
        assertThat(hash.of(of(Map.of("certified", certified)), "nobody")).startsWith("$2a$07$");
    }

    @Test
    void namesCostWhatSomeUserCostsAndEachNameAlwaysTheSame() {
        AuthState mixed = of(Map.of("old", user("old", 4), "new", user("new", 5)));
        Set<String> costs = new TreeSet<>();
        for (int i = 0; i < 100; i++) {
            String first = hash.of(mixed, "name" + i);
            assertThat(hash.of(mixed, "name" + i)).isEqualTo(first);
            costs.add(first.substring(0, 7));
        }
        assertThat(costs).containsExactly("$2a$04$", "$2a$05$");
    }

    @Test
    void allUsersAreLookedAtOnceForEachStateAndNotForEachName() {
        AtomicInteger walks = new AtomicInteger();
        NobodysHash counting = new NobodysHash(7, new SecureRandom(), auth -> {
            walks.incrementAndGet();
            return auth.users();
        });
        AuthState before = of(Map.of("old", user("old", 4)));
        AuthState after = of(Map.of("new", user("new", 5)));
        for (int i = 0; i < 100; i++) {
            assertThat(counting.of(before, "name" + i)).startsWith("$2a$04$");
        }
        assertThat(walks).hasValue(1);
        for (int i = 0; i < 100; i++) {
            assertThat(counting.of(after, "name" + i)).startsWith("$2a$05$");
        }
        assertThat(walks).hasValue(2);
    }
}
