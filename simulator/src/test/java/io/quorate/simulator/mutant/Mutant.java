package io.quorate.simulator.mutant;

/**
 * A known bug as an edit of production source.
 *
 * @param name short, unique, in the form of a file name
 * @param bug what the edited code does wrong, in one sentence
 * @param knownFrom where the bug is known from: the paper, the thesis, a corner case by its number, a public report
 * @param place the file that is edited
 * @param snippet what is replaced; it must stand in the file exactly once
 * @param replacement what stands there instead
 */
record Mutant(String name, String bug, String knownFrom, Place place, String snippet, String replacement) {

    Mutant {
        if (snippet.isBlank() || snippet.equals(replacement)) {
            throw new IllegalArgumentException("the mutant " + name + " changes nothing");
        }
    }

    /**
     * A production source file.
     *
     * @param module the Maven module that it belongs to
     * @param type the fully qualified name of its top-level type
     */
    record Place(String module, String type) {

        /** The path below the module's source folder. */
        String path() {
            return type.replace('.', '/') + ".java";
        }
    }

    /** A file of the core. */
    static Place core(String type) {
        return new Place("core", "io.quorate.core." + type);
    }

    /** A file of the engine, by its name below the engine's package. */
    static Place engine(String type) {
        return new Place("engine", "io.quorate.engine." + type);
    }

    /** A file of the key-value store. */
    static Place kv(String type) {
        return new Place("kv", "io.quorate.kv." + type);
    }
}
