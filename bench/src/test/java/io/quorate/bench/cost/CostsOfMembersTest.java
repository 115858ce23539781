package io.quorate.bench.cost;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class CostsOfMembersTest {

    private static final URI ONE = URI.create("http://one:2379");
    private static final URI TWO = URI.create("http://two:2379");

    @TempDir
    private Path proc = Path.of("");

    private static MemberAddress at(int port) {
        return new MemberAddress("node1", List.of(URI.create("http://127.0.0.1:" + port)));
    }

    @Test
    void withoutProcNothingIsKnownAndThatIsSaid() {
        CostsOfMembers costs = CostsOfMembers.find(List.of(at(1)), new ProcessFiles(proc), 1);

        assertThat(costs.notes()).singleElement().asString().contains("/proc, which this system does not have");
        assertThat(costs.between(costs.sample(), costs.sample())).isEqualTo(Costs.UNKNOWN);
    }

    @Test
    void memoryAndBytesWrittenAreReadFromAProcessesFiles() throws IOException {
        Path folder = Files.createDirectory(proc.resolve("77"));
        Files.writeString(folder.resolve("status"), "Name:\tetcd\nVmHWM:\t  99999 kB\nVmRSS:\t   12345 kB\n");
        Files.writeString(
                folder.resolve("io"),
                "rchar: 1\nwchar: 2\nread_bytes: 3\nwrite_bytes: 8192\ncancelled_write_bytes: 5\n");
        ProcessFiles files = new ProcessFiles(proc);

        assertThat(files.residentBytes(77)).hasValue(12_345 * 1024.0);
        assertThat(files.writtenBytes(77)).hasValue(8192);
        assertThat(files.writtenBytes(78)).isEmpty();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aMembersProcessIsFoundByItsPort() throws IOException {
        AtomicInteger syncs = new AtomicInteger(40);
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/metrics", exchange -> {
            byte[] page = ("# TYPE etcd_disk_wal_fsync_duration_seconds histogram\n"
                            + "etcd_disk_wal_fsync_duration_seconds_count " + syncs.getAndAdd(2) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        try {
            CostsOfMembers costs =
                    CostsOfMembers.find(List.of(at(server.getAddress().getPort())));
            Costs used = costs.between(costs.sample(), costs.sample());

            assertThat(costs.notes())
                    .satisfiesExactly(
                            note -> assertThat(note).contains("in the process that makes it"),
                            note -> assertThat(note).contains("an upper bound"));
            assertThat(used.logSyncs()).hasValue(2);
            assertThat(used.residentBytes().orElseThrow()).isGreaterThan(1 << 20);
            assertThat(used.cpuMicros()).isPresent();
            assertThat(used.writtenBytes()).isPresent();
        } finally {
            server.stop(0);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void membersElsewhereAreLeftOutAndNamed() throws IOException {
        try (ServerSocket here = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // Of the block that is for documents, RFC 5737: no machine has it.
            MemberAddress elsewhere = new MemberAddress("node2", List.of(URI.create("http://192.0.2.1:2379")));

            CostsOfMembers costs = CostsOfMembers.find(List.of(elsewhere));
            assertThat(costs.notes()).singleElement().asString().contains("no member's process was found");

            costs = CostsOfMembers.find(List.of(at(here.getLocalPort()), elsewhere), new ProcessFiles(proc), 1);
            assertThat(costs.notes()).singleElement().asString().contains("which this system does not have");
        }
    }

    @Test
    void aCounterThatWentBackGivesNoFigure() {
        CostsOfMembers costs = CostsOfMembers.find(List.of(), new ProcessFiles(proc), 1);
        CostsOfMembers.Sample before = new CostsOfMembers.Sample(
                OptionalDouble.of(9), OptionalDouble.of(9), Map.of(ONE, syncs(9, 1)), OptionalDouble.of(9));
        CostsOfMembers.Sample after = new CostsOfMembers.Sample(
                OptionalDouble.of(10), OptionalDouble.of(5), Map.of(ONE, syncs(1, 1)), OptionalDouble.empty());

        Costs used = costs.between(before, after);

        assertThat(used.cpuMicros()).hasValue(1);
        assertThat(used.residentBytes()).hasValue(5);
        assertThat(used.logSyncs()).isEmpty();
        assertThat(used.writtenBytes()).isEmpty();
        assertThat(costs.notes()).last().asString().contains("was started again");
        int notes = costs.notes().size();
        costs.between(before, after);
        assertThat(costs.notes()).hasSize(notes);
    }

    private static CostsOfMembers.Syncs syncs(double count, double startedSeconds) {
        return new CostsOfMembers.Syncs(count, OptionalDouble.of(startedSeconds));
    }

    private static CostsOfMembers.Sample ofSyncs(OptionalDouble residentBytes, double one, double two) {
        return ofSyncs(residentBytes, syncs(one, 1), syncs(two, 1));
    }

    private static CostsOfMembers.Sample ofSyncs(
            OptionalDouble residentBytes, CostsOfMembers.Syncs one, CostsOfMembers.Syncs two) {
        return new CostsOfMembers.Sample(
                OptionalDouble.empty(), residentBytes, Map.of(ONE, one, TWO, two), OptionalDouble.empty());
    }

    @Test
    void syncsAreNotKnownIfOneMemberCountsAnewHoweverManyTheOthersHave() {
        CostsOfMembers costs = CostsOfMembers.find(List.of(), new ProcessFiles(proc), 1);
        OptionalDouble bytes = OptionalDouble.of(1);

        assertThat(costs.between(ofSyncs(bytes, 10, 20), ofSyncs(bytes, 15, 22)).logSyncs())
                .hasValue(7);
        assertThat(costs.between(ofSyncs(bytes, 10, 20), ofSyncs(bytes, 0, 90)).logSyncs())
                .isEmpty();
        assertThat(costs.between(ofSyncs(bytes, 10, 20), ofSyncs(OptionalDouble.empty(), 15, 22))
                        .logSyncs())
                .as("a process that has ended, and another one that has counted further")
                .isEmpty();
        // It was started once before, and its memory is not known any more: nothing but its page tells that it was
        // again.
        assertThat(costs.between(
                                ofSyncs(OptionalDouble.empty(), syncs(10, 1), syncs(20, 1)),
                                ofSyncs(OptionalDouble.empty(), syncs(15, 1), syncs(22, 2)))
                        .logSyncs())
                .isEmpty();
    }
}
