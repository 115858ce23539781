package io.quorate.bench.phase;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.quorate.bench.cost.MemberAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Members are asked over HTTP. */
class PhasePagesTest {

    private final AtomicInteger writes = new AtomicInteger(10);
    private final AtomicInteger started = new AtomicInteger(1000);
    private final HttpServer server;
    private final URI member;

    PhasePagesTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        member = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @BeforeEach
    void serve() {
        server.createContext("/metrics", call -> {
            byte[] page = (Pages.ofLeader(writes.get()) + "process_start_time_seconds " + started + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(200, page.length);
            call.getResponseBody().write(page);
            call.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void whatHappensBetweenTwoSamplesIsTold() {
        try (PhasePages pages = new PhasePages(List.of(member.resolve("/any/path")))) {
            PhasePages.Sample before = pages.sample();
            writes.set(70);
            assertThat(pages.sample().since(before).phases().orElseThrow().writes())
                    .isEqualTo(60);
        }
    }

    @Test
    void aMemberThatWasStartedAgainIsNotTakenForItselfHoweverMuchItHasDoneSince() {
        try (PhasePages pages = new PhasePages(List.of(member))) {
            PhasePages.Sample before = pages.sample();
            started.set(1007);
            writes.set(70);
            assertThat(pages.sample().since(before).phases()).isEmpty();
        }
    }

    @Test
    void aMemberThatDoesNotAnswerTellsNothing() {
        try (PhasePages pages = new PhasePages(List.of(member))) {
            PhasePages.Sample before = pages.sample();
            server.stop(0);
            assertThat(pages.sample().ofMembers()).isEmpty();
            assertThat(pages.sample().since(before).phases()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://etcd_1:2379", "unix://localhost:2379", "unix:///run/etcd.sock"})
    void anAddressThatIsNoneOfHttpTellsNothing(String address) {
        List<MemberAddress> members = List.of(new MemberAddress("node1", List.of(URI.create(address))));

        assertThat(PhasePages.find(members)).isEmpty();
    }

    @Test
    void aPageThatIsNotThereTellsNothing() {
        server.removeContext("/metrics");
        try (PhasePages pages = new PhasePages(List.of(member))) {
            assertThat(pages.sample().ofMembers()).isEmpty();
        }
    }
}
