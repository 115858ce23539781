package io.quorate.simulator.mutant;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongFunction;

/** The simulator, running code in which one file was edited. Belongs to one thread. */
final class Hunt {

    /** How many seeds a mutant may need at most. */
    static final int MAX_SEEDS = 1_000;

    private final LongFunction<Optional<String>> verdicts;

    private Hunt(String module, Map<String, byte[]> classes) {
        try {
            Class<?> verdict = new MutatedClasses(module, classes).loadClass(SeedVerdict.class.getName());
            @SuppressWarnings("unchecked")
            LongFunction<Optional<String>> loaded = (LongFunction<Optional<String>>)
                    verdict.getDeclaredConstructor().newInstance();
            verdicts = loaded;
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the mutated classes cannot be loaded", e);
        }
    }

    /** A hunt for a mutant. */
    static Hunt of(Mutant mutant) throws IOException {
        return new Hunt(mutant.place().module(), SourceEdit.compile(mutant.place(), SourceEdit.mutated(mutant)));
    }

    /** The same machinery with a file that is compiled as it stands. */
    static Hunt withoutEdit(Mutant.Place place) throws IOException {
        return new Hunt(place.module(), SourceEdit.compile(place, SourceEdit.source(place)));
    }

    /**
     * What a seed has found.
     *
     * @param invariant the name of what was violated
     * @param how a sentence
     */
    record Find(long seed, String invariant, String how) {}

    /** Runs one seed. */
    Optional<Find> run(long seed) {
        return verdicts.apply(seed).map(verdict -> {
            String[] parts = verdict.split("\n", 2);
            return new Find(seed, parts[0], parts[1]);
        });
    }

    /** Runs seeds from 1 on until one finds something. */
    Optional<Find> search(int maxSeeds) {
        for (long seed = 1; seed <= maxSeeds; seed++) {
            Optional<Find> find = run(seed);
            if (find.isPresent()) {
                return find;
            }
        }
        return Optional.empty();
    }
}
