package io.quorate.simulator.mutant;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Edits a production source file and compiles it, in memory alone. */
final class SourceEdit {

    /** The project's folder: tests run in their module's. */
    private static final Path PROJECT = Path.of("..");

    private SourceEdit() {}

    /** The source as it stands in the project. */
    static String source(Mutant.Place place) throws IOException {
        return Files.readString(
                PROJECT.resolve(place.module()).resolve("src/main/java").resolve(place.path()));
    }

    /**
     * The source with the mutant's edit.
     *
     * @throws IllegalStateException if the snippet does not stand there exactly once: the code has moved on, and the mutant
     *     must follow it
     */
    static String mutated(Mutant mutant) throws IOException {
        String source = source(mutant.place());
        int at = source.indexOf(mutant.snippet());
        if (at < 0 || source.indexOf(mutant.snippet(), at + 1) >= 0) {
            throw new IllegalStateException("the snippet of the mutant " + mutant.name()
                    + (at < 0 ? " does not stand in " : " stands more than once in ")
                    + mutant.place().path() + " any more: " + mutant.snippet());
        }
        return source.substring(0, at)
                + mutant.replacement()
                + source.substring(at + mutant.snippet().length());
    }

    /**
     * Compiles one source file against the classes that this test runs with.
     *
     * @return the classes that came of it, by name
     * @throws IllegalStateException if it does not compile
     */
    static Map<String, byte[]> compile(Mutant.Place place, String source) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(problems, Locale.ROOT, StandardCharsets.UTF_8)) {
            Outputs outputs = new Outputs(files);
            List<String> options = List.of(
                    "-proc:none", "-nowarn", "-parameters", "-classpath", System.getProperty("java.class.path"));
            boolean done = compiler.getTask(
                            null, outputs, problems, options, null, List.of(new Source(place.path(), source)))
                    .call();
            if (!done) {
                throw new IllegalStateException(place.path() + " does not compile: "
                        + problems.getDiagnostics().stream()
                                .filter(problem -> problem.getKind() == Diagnostic.Kind.ERROR)
                                .map(problem -> problem.getMessage(Locale.ROOT))
                                .collect(Collectors.joining("; ")));
            }
            return outputs.classes();
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String path, String text) {
            super(URI.create("mutant:///" + path), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /** Keeps what the compiler writes. */
    private static final class Outputs extends ForwardingJavaFileManager<JavaFileManager> {
        private final Map<String, ByteArrayOutputStream> written = new HashMap<>();

        Outputs(JavaFileManager files) {
            super(files);
        }

        Map<String, byte[]> classes() {
            Map<String, byte[]> classes = new HashMap<>();
            written.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            return new SimpleJavaFileObject(URI.create("mutant:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                    written.put(className, bytes);
                    return bytes;
                }
            };
        }
    }
}
