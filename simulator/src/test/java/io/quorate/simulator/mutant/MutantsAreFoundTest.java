package io.quorate.simulator.mutant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.simulator.mutant.Hunt.Find;
import io.quorate.simulator.mutant.MutantTable.Row;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The simulator finds every known bug that is put into the code, and finds nothing without one.
 *
 * <p>Each mutant is run with the seed that is recorded to find it. If it does not any more, seeds are tried from 1 on, and
 * only a mutant that none of a thousand ({@code -Dmutants.seeds}) finds fails. {@code -Dmutants.rewrite=true} searches anew and writes the records and
 * the table of {@code docs/verification.md}; {@code -Dmutants.only=REGEX} keeps to some mutants;
 * {@code -Dmutants.elusive=true} tries those instead that nothing has found yet.
 */
class MutantsAreFoundTest {

    private static final boolean REWRITE = Boolean.getBoolean("mutants.rewrite");
    private static final boolean ELUSIVE = Boolean.getBoolean("mutants.elusive");
    private static final String ONLY = System.getProperty("mutants.only", ".*");
    private static final int MAX_SEEDS = Integer.getInteger("mutants.seeds", Hunt.MAX_SEEDS);
    private static final int CONTROL_SEEDS = 3;

    /** A mutant makes members warn of a lot, which nobody reads. */
    @BeforeAll
    static void silenceLogs() {
        Logger.getLogger("").setLevel(Level.OFF);
    }

    @TestFactory
    Stream<DynamicTest> mutant() {
        return (ELUSIVE ? Mutants.ELUSIVE : Mutants.ALL)
                .stream()
                        .filter(mutant -> mutant.name().matches(ONLY))
                        .map(mutant -> DynamicTest.dynamicTest(mutant.name(), () -> {
                            if (REWRITE) {
                                record(mutant);
                            } else {
                                verify(mutant);
                            }
                        }));
    }

    private static void verify(Mutant mutant) throws IOException {
        Hunt hunt = Hunt.of(mutant);
        Optional<Row> recorded = MutantTable.read().row(mutant.name());
        Optional<Find> find = recorded.flatMap(row -> hunt.run(row.seed()));
        if (find.isEmpty()) {
            find = hunt.search(MAX_SEEDS);
            find.ifPresent(found -> System.out.println("the mutant " + mutant.name() + " is found by seed "
                    + found.seed() + " now (" + found.how() + "): write the records anew"));
        }
        assertThat(find)
                .as("what %d seeds find of: %s", MAX_SEEDS, mutant.bug())
                .isPresent();
    }

    private static void record(Mutant mutant) throws IOException {
        Optional<Find> find = Hunt.of(mutant).search(MAX_SEEDS);
        MutantTable table = MutantTable.read();
        find.ifPresentOrElse(found -> table.put(mutant.name(), found), () -> table.remove(mutant.name()));
        table.write(Mutants.ALL);
        System.out.println(mutant.name() + ": " + find);
        assertThat(find)
                .as("what %d seeds find of: %s", MAX_SEEDS, mutant.bug())
                .isPresent();
    }

    /** The control: what is found above is the edit's fault, and not that of the machinery. */
    @Test
    void nothingIsFoundWithoutAnEdit() throws IOException {
        for (Mutant.Place place :
                List.of(Mutant.core("Replication"), Mutant.engine("NodeLog"), Mutant.kv("BatchApplication"))) {
            Hunt hunt = Hunt.withoutEdit(place);
            assertThat(hunt.search(CONTROL_SEEDS)).as(place.path()).isEmpty();
        }
    }

    @Test
    void thereAreTwentyAtLeastAndNoTwoOfOneName() {
        assertThat(Mutants.ALL).hasSizeGreaterThanOrEqualTo(20);
        assertThat(Mutants.ALL).extracting(Mutant::name).doesNotHaveDuplicates();
    }

    @Test
    void everyMutantStillFitsTheCode() throws IOException {
        for (Mutant mutant :
                Stream.concat(Mutants.ALL.stream(), Mutants.ELUSIVE.stream()).toList()) {
            assertThat(SourceEdit.mutated(mutant)).contains(mutant.replacement());
        }
    }

    @Test
    void theTableInTheDocumentIsTheRecordedOne() throws IOException {
        assertThat(MutantTable.documented())
                .isEqualTo(MutantTable.read().markdown(Mutants.ALL))
                .doesNotContain("not found");
    }

    @Test
    void aMutantWhoseSnippetIsNotInTheCodeAnyMoreIsRefused() {
        Mutant stale = new Mutant("stale", "", "", Mutant.core("Replication"), "no such code", "");
        assertThatThrownBy(() -> SourceEdit.mutated(stale))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not stand in");
        Mutant ambiguous = new Mutant("ambiguous", "", "", Mutant.core("Replication"), "private", "public");
        assertThatThrownBy(() -> SourceEdit.mutated(ambiguous))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("more than once");
    }

    @Test
    void aMutantThatDoesNotCompileIsRefused() {
        Mutant broken = new Mutant(
                "broken", "", "", Mutant.core("Replication"), "final class Replication {", "final class Replication ");
        assertThatThrownBy(() -> Hunt.of(broken))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not compile");
    }
}
