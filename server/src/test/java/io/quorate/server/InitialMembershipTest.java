package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class InitialMembershipTest {

    private static InitialMember member(String name, String url) {
        return new InitialMember(name, URI.create(url));
    }

    private static InitialMembership of(String name, String token, InitialMember... members) {
        List<URI> clientUrls = List.of(URI.create("http://127.0.0.1:2379"));
        List<URI> own = List.of(members).stream()
                .filter(member -> member.name().equals(name))
                .map(InitialMember::peerUrl)
                .toList();
        return InitialMembership.of(new ServerConfig(
                name,
                Path.of("unused"),
                clientUrls,
                clientUrls,
                own,
                own,
                List.of(members),
                InitialClusterState.NEW,
                token,
                ServerConfig.Timing.DEFAULT,
                ServerConfig.Snapshots.DEFAULT,
                ServerConfig.Limits.DEFAULT,
                WatchOptions.DEFAULT,
                ServerConfig.DEFAULT_VERIFY_INTERVAL,
                Upkeep.DEFAULT,
                AuthOptions.DEFAULT,
                "",
                AutopilotPolicy.OFF,
                false));
    }

    @Test
    void aLoneMemberWithDefaultsHasTheIdsThatEtcdGivesIt() {
        InitialMembership membership = of("default", "etcd-cluster", member("default", "http://localhost:2380"));
        assertThat(membership.self()).hasToString("8e9e05c52164694d");
        assertThat(Long.toHexString(membership.clusterId())).isEqualTo("cdf818194e3a8c32");
    }

    @Test
    void allMembersDeriveTheSameClusterWhateverTheOrderOfTheirUrls() {
        InitialMember a = member("a", "http://127.0.0.1:1");
        InitialMember b1 = member("b", "http://127.0.0.1:2");
        InitialMember b2 = member("b", "http://127.0.0.1:3");
        InitialMembership one = of("a", "token", a, b1, b2);
        InitialMembership other = of("b", "token", b2, b1, a);

        assertThat(one.clusterId()).isEqualTo(other.clusterId());
        assertThat(one.peerUrls()).isEqualTo(other.peerUrls()).containsKeys(one.self(), other.self());
        assertThat(one.self()).isNotEqualTo(other.self());
        assertThat(one.configuration().voters()).containsExactlyInAnyOrder(one.self(), other.self());
    }

    @Test
    void anotherTokenMakesAnotherClusterOfOtherMembers() {
        InitialMember a = member("a", "http://127.0.0.1:1");
        MemberId self = of("a", "token", a).self();
        assertThat(of("a", "another", a).self()).isNotEqualTo(self);
        assertThat(of("a", "another", a).clusterId())
                .isNotEqualTo(of("a", "token", a).clusterId());
    }
}
