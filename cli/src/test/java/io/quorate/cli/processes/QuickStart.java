package io.quorate.cli.processes;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;

/**
 * What processes of tests are started with, so that it costs them less: the classes as the JVM has read and checked them once before, as the launcher
 * has them for what ships. The JVM takes classes from such an archive if its class path has jars alone, so folders are made jars first. It is made once for
 * all JVMs that run a module's tests, in {@code target/}; without it, processes start as well, only slower.
 *
 * @param classPath of jars
 * @param options for the JVM
 */
record QuickStart(String classPath, List<String> options) {

    private static final long PATIENCE_SECONDS = 120;
    private static final String ARCHIVE = "classes.archive";

    QuickStart {
        options = List.copyOf(options);
    }

    /**
     * With an archive for this class path, which is made if it is not there.
     *
     * @param jvm the program, and the options that processes have in any case
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    static QuickStart of(List<String> jvm, String classPath) {
        try {
            Path all = Files.createDirectories(Path.of("target", "quick-start").toAbsolutePath());
            // Others that run tests of this module wait, and find it there.
            try (FileChannel channel =
                            FileChannel.open(all.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                return made(all.resolve(name(jvm, classPath)), jvm, classPath);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static QuickStart made(Path folder, List<String> jvm, String classPath) throws IOException {
        String jars = jars(folder, classPath);
        Path archive = folder.resolve(ARCHIVE);
        Path tried = folder.resolve("tried");
        if (!Files.exists(tried)) {
            rehearse(folder, archive, jvm, jars);
            Files.createFile(tried);
        }
        return new QuickStart(jars, Files.exists(archive) ? reading(archive) : List.of());
    }

    /** A warning that the archive does not suit is none of what a process prints. */
    private static List<String> reading(Path archive) {
        return List.of("-Xlog:disable", "-Xlog:all=error,cds*=off:stderr", "-XX:SharedArchiveFile=" + archive);
    }

    private static void rehearse(Path folder, Path archive, List<String> jvm, String jars) throws IOException {
        Path unfinished = folder.resolve(ARCHIVE + ".new");
        List<String> command = new ArrayList<>(jvm);
        command.addAll(List.of(
                "-Xlog:disable",
                "-Xlog:all=error:stderr",
                // The other sort of archive (-XX:AOTCache) loads everything at once, which is more than most processes
                // of tests need.
                "-XX:ArchiveClassesAtExit=" + unfinished,
                "-cp",
                jars,
                "io.quorate.cli.Quorate",
                "warm-up"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("rehearsal.log").toFile())
                .start();
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && Files.exists(unfinished)) {
                Files.move(unfinished, archive, StandardCopyOption.ATOMIC_MOVE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }

    /** The same class path, in which each folder is a jar. */
    private static String jars(Path folder, String classPath) throws IOException {
        Files.createDirectories(folder);
        List<String> jars = new ArrayList<>();
        for (String entry : classPath.split(File.pathSeparator, -1)) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                Path jar = folder.resolve(jars.size() + ".jar");
                if (!Files.exists(jar)) {
                    pack(path, jar);
                }
                jars.add(jar.toString());
            } else if (Files.exists(path)) {
                jars.add(path.toAbsolutePath().toString());
            }
        }
        return String.join(File.pathSeparator, jars);
    }

    private static void pack(Path folder, Path jar) throws IOException {
        Path unfinished = jar.resolveSibling(jar.getFileName() + ".new");
        try (OutputStream file = Files.newOutputStream(unfinished);
                JarOutputStream out = new JarOutputStream(file)) {
            // What is read again and again need not be unpacked each time.
            out.setLevel(0);
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path found, BasicFileAttributes attributes) throws IOException {
                    out.putNextEntry(
                            new JarEntry(folder.relativize(found).toString().replace('\\', '/')));
                    Files.copy(found, out);
                    out.closeEntry();
                    return FileVisitResult.CONTINUE;
                }
            });
        }
        Files.move(unfinished, jar, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Says all on which the archive depends: another one is made when anything of it is another. */
    private static String name(List<String> jvm, String classPath) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update((Runtime.version() + " " + String.join(" ", jvm)).getBytes(StandardCharsets.UTF_8));
            for (String entry : classPath.split(File.pathSeparator, -1)) {
                if (!Files.exists(Path.of(entry))) {
                    continue;
                }
                Files.walkFileTree(Path.of(entry), new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                        String seen = file + " " + attributes.size() + " " + attributes.lastModifiedTime() + "\n";
                        digest.update(seen.getBytes(StandardCharsets.UTF_8));
                        return FileVisitResult.CONTINUE;
                    }
                });
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
