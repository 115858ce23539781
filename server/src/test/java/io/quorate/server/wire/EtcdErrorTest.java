package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EtcdErrorTest {

    @Test
    void everyErrorOfEtcdIsThereWithItsCodeAndExactText() throws IOException {
        Map<String, String> expected = errorsOfEtcd();
        assertThat(expected).hasSize(63);

        Map<String, String> actual = Arrays.stream(EtcdError.values())
                .collect(Collectors.toMap(
                        EtcdError::message, error -> error.status().getCode().name()));

        expected.put(EtcdError.NOT_SUPPORTED_FOR_WITNESS.message(), "UNAVAILABLE"); // etcd has no witnesses
        expected.put(EtcdError.LEADER_TRANSFEREE_NOT_READY.message(), "FAILED_PRECONDITION"); // etcd's times out
        expected.put(EtcdError.TOO_MANY_LEASES.message(), "RESOURCE_EXHAUSTED"); // etcd's are without number
        assertThat(actual).containsExactlyInAnyOrderEntriesOf(expected);
    }

    @Test
    void anExceptionCarriesTheStatusAndCostsNoStackTrace() {
        var exception = EtcdError.COMPACTED.exception();

        assertThat(exception.getStatus()).isSameAs(EtcdError.COMPACTED.status());
        assertThat(exception.getStatus().getCode()).isEqualTo(Status.Code.OUT_OF_RANGE);
        assertThat(exception.getStatus().getDescription())
                .isEqualTo("etcdserver: mvcc: required revision has been compacted");
        assertThat(exception.getStackTrace()).isEmpty();
    }

    @Test
    void callsDoNotShareAnExceptionWhoseTrailersOneOfThemMayChange() {
        assertThat(EtcdError.NO_LEADER.exception()).isNotSameAs(EtcdError.NO_LEADER.exception());
        assertThat(EtcdError.NO_LEADER.exception().getTrailers())
                .isNotSameAs(EtcdError.NO_LEADER.exception().getTrailers());
    }

    /** The table of texts and codes; the code of 3.4 wins, and "-" says that 3.4 does not know the error. */
    private static Map<String, String> errorsOfEtcd() throws IOException {
        try (InputStream table = EtcdErrorTest.class.getResourceAsStream("etcd-errors.tsv")) {
            String text = new String(Objects.requireNonNull(table).readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> errors = new LinkedHashMap<>();
            text.lines().skip(1).map(line -> line.split("\t", -1)).forEach(row -> {
                String code = row[1].equals("-") ? row[2] : row[1];
                errors.put(row[0], nameInJava(code));
            });
            return errors;
        }
    }

    /** {@code OutOfRange} is {@code OUT_OF_RANGE} in Java, and Canceled has a second l. */
    private static String nameInJava(String code) {
        return code.equals("Canceled")
                ? "CANCELLED"
                : code.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toUpperCase(Locale.ROOT);
    }
}
