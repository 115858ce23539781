package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.report.Diagnosis;
import io.quorate.server.report.Problem;
import io.quorate.server.report.Problem.Urgency;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a diagnosis is printed, and which exit code it makes. */
class DiagnosisOutputTest {

    private static final Diagnosis NOTHING = new Diagnosis(List.of());
    private static final Diagnosis TWO = new Diagnosis(List.of(
            new Problem(Urgency.NOTICE, "node2", "has a clock that is wrong", "set it"),
            new Problem(Urgency.CRITICAL, "the cluster", "has no leader", "start one")));

    private final StringWriter out = new StringWriter();

    private int print(boolean json, Diagnosis diagnosis) {
        return DiagnosisOutput.print(new PrintWriter(out), json, diagnosis);
    }

    @Test
    void nothingIsWrong() {
        assertThat(print(false, NOTHING)).isEqualTo(ExitCode.OK);
        assertThat(out.toString().lines()).containsExactly("Nothing is wrong.");
    }

    @Test
    void theMostUrgentComesFirstWithWhatToDo() {
        assertThat(print(false, TWO)).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString().lines())
                .containsExactly(
                        "critical: the cluster has no leader",
                        "  -> start one",
                        "notice: node2 has a clock that is wrong",
                        "  -> set it");
    }

    @Test
    void programsGetJson() {
        assertThat(print(true, NOTHING)).isEqualTo(ExitCode.OK);
        assertThat(print(true, TWO)).isEqualTo(ExitCode.FAILED);
        assertThat(out.toString().lines())
                .containsExactly(
                        "{\"problems\":[]}",
                        "{\"problems\":[{\"urgency\":\"critical\",\"subject\":\"the cluster\",\"what\":\"has no leader\","
                                + "\"remedy\":\"start one\"},{\"urgency\":\"notice\",\"subject\":\"node2\",\"what\":\"has a"
                                + " clock that is wrong\",\"remedy\":\"set it\"}]}");
    }
}
