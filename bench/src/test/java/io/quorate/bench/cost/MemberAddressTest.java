package io.quorate.bench.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MemberAddressTest {

    /** Of the block that is for documents, RFC 5737: no machine has it. */
    private static final URI ELSEWHERE = URI.create("http://192.0.2.1:2379");

    private static MemberAddress member(String name, String... urls) {
        return new MemberAddress(name, Stream.of(urls).map(URI::create).toList());
    }

    @Test
    void whereAClusterIsElsewhereNothingIsLookedForAtItsOwnLocalhost() {
        List<MemberAddress> told = List.of(
                member("one", "http://localhost:2379", "http://192.0.2.1:2379"),
                member("two", "http://127.0.0.1:22379"));

        assertThat(MemberAddress.seenFromHere(told, ELSEWHERE))
                .containsExactly(member("one", "http://192.0.2.1:2379"), member("two"));
        assertThat(MemberAddress.seenFromHere(told.subList(1, 2), ELSEWHERE)).isEmpty();
    }

    @Test
    void whereAClusterIsHereItsLocalhostIsOurs() {
        List<MemberAddress> told = List.of(member("one", "http://localhost:2379"));

        assertThat(MemberAddress.seenFromHere(told, URI.create("http://127.0.0.1:2379")))
                .isEqualTo(told);
    }

    @Test
    void whereAllSayThatTheyAreAtLocalhostItIsOneOfThemAlone() {
        List<MemberAddress> told = List.of(
                member("one", "http://localhost:2379"),
                member("two", "http://localhost:2379"),
                member("three", "http://localhost:2379", "http://192.0.2.1:2379"));

        assertThat(MemberAddress.seenFromHere(told, URI.create("http://127.0.0.1:2379")))
                .containsExactly(
                        member("one", "http://localhost:2379"),
                        member("two"),
                        member("three", "http://192.0.2.1:2379"));
    }
}
