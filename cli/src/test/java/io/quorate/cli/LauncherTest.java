package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Runs the launchers {@code quorate} and {@code test} in a repository of their own, with JDKs and a Maven that only say how they
 * were called.
 */
class LauncherTest {

    private static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** What the scripts may find on the PATH: neither java nor mvn, unless a test adds them. */
    private static final List<String> TOOLS = List.of(
            "bash",
            "cat",
            "cp",
            "date",
            "dirname",
            "env",
            "find",
            "flock",
            "grep",
            "head",
            "id",
            "ln",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "sed",
            "sha256sum",
            "sleep",
            "tail",
            "tee",
            "touch");

    /** The list of libraries, of which the only one is an empty file. */
    private static final String EMPTY_LIBRARY =
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.jar\n";

    @TempDir
    Path dir = Path.of("");

    private Path root = Path.of("");
    private Path tools = Path.of("");
    private Path jdks = Path.of("");
    private final Map<String, String> environment = new TreeMap<>();

    @BeforeEach
    void layOutARepository() throws IOException {
        root = Files.createDirectories(dir.resolve("repository"));
        tools = Files.createDirectories(dir.resolve("tools"));
        jdks = Files.createDirectories(dir.resolve("jdks"));
        Files.createDirectories(root.resolve("bin"));
        for (String script : List.of("quorate", "test", "bin/find-jdk.sh", "bin/etcd-3.5.sh", "bin/build.sh")) {
            Files.copy(REPOSITORY.resolve(script), root.resolve(script));
        }
        Files.writeString(root.resolve("pom.xml"), "<project/>");
        Files.createDirectories(root.resolve("cli/src/main"));
        Files.writeString(root.resolve("cli/src/main/Source.java"), "");
        Files.writeString(root.resolve("cli/pom.xml"), "<project/>");
        Files.writeString(root.resolve("cli/artifacts.sha256"), EMPTY_LIBRARY);
        // Written a while ago, as far as the clock of the file system can tell.
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                setAge(file, Duration.ofMinutes(1));
            }
        }
        for (String tool : TOOLS) {
            passOn(tools.resolve(tool), find(tool));
        }
        environment.put("PATH", tools.toString());
        environment.put("HOME", dir.toString());
        environment.put("LANG", "en_US.UTF-8");
        environment.put("QUORATE_JDK_FOLDERS", jdks + "/*");
    }

    @Test
    void theJdkOfQuorateJavaHomeComesFirst() throws Exception {
        environment.put("QUORATE_JAVA_HOME", jdk("chosen", "21.0.4").toString());
        environment.put("JAVA_HOME", jdk("java-home", "25").toString());
        built();

        assertThat(run("version").jvm()).isEqualTo("chosen");
    }

    @Test
    void aQuorateJavaHomeThatIsNoneIsAnErrorAndNotPassedOver() throws Exception {
        environment.put("QUORATE_JAVA_HOME", dir.resolve("nowhere").toString());
        jdk("good", "25");
        built();

        assertOneSentence(run("version"), "QUORATE_JAVA_HOME is " + dir.resolve("nowhere"));
    }

    @Test
    void aQuorateJavaHomeThatIsTooOldIsAnErrorAndNotPassedOver() throws Exception {
        environment.put("QUORATE_JAVA_HOME", jdk("old", "17.0.15").toString());
        built();

        assertOneSentence(run("version"), "QUORATE_JAVA_HOME is a JDK 17.0.15; set it to a JDK 21 or newer");
    }

    @Test
    void javaHomeComesBeforeThePathAndThatBeforeTheUsualFolders() throws Exception {
        jdk("usual", "25");
        Files.createSymbolicLink(tools.resolve("java"), jdk("path", "21").resolve("bin/java"));
        built();
        assertThat(run("version").jvm()).isEqualTo("path");

        environment.put("JAVA_HOME", jdk("java-home", "22.0.1").toString());
        assertThat(run("version").jvm()).isEqualTo("java-home");
    }

    @Test
    void anOldDefaultJdkIsPassedOver() throws Exception {
        Files.createSymbolicLink(tools.resolve("java"), jdk("old", "17.0.15").resolve("bin/java"));
        environment.put("JAVA_HOME", jdk("older", "1.8.0_402").toString());
        jdk("good", "21.0.2");
        built();

        assertThat(run("version").jvm()).isEqualTo("good");
    }

    @ParameterizedTest
    @CsvSource({"21.0.9,21.0.10", "21.0.10,25", "9.0.4,21", "24.0.2,25.0.3"})
    void theNewestJdkOfTheUsualFoldersWins(String older, String newer) throws Exception {
        jdk("a-newer", newer);
        jdk("b-older", older);
        jdk("c-without-compiler", "99");
        Files.delete(jdks.resolve("c-without-compiler/bin/javac"));
        built();

        assertThat(run("version").jvm()).isEqualTo("a-newer");
    }

    @Test
    void anEarlyAccessBuildIsOnlyTakenWhenThereIsNothingElse() throws Exception {
        Path early = jdk("early", "26");
        Files.writeString(early.resolve("release"), "JAVA_RUNTIME_VERSION=\"26-ea+5\"\nJAVA_VERSION=\"26\"\n");
        built();
        assertThat(run("version").jvm()).isEqualTo("early");

        jdk("released", "21");
        assertThat(run("version").jvm()).isEqualTo("released");
    }

    @Test
    void withoutAJdkOneSentenceSaysWhatToInstall() throws Exception {
        jdk("old", "17.0.15");

        assertOneSentence(run("version"), "no JDK 21 or newer was found; install one");
    }

    @Test
    void withoutMavenOneSentenceSaysWhatToInstall() throws Exception {
        jdk("good", "25");

        assertOneSentence(run("version"), "Maven is needed to build and was not found on the PATH");
    }

    @Test
    void aMavenThatIsTooOldIsNamed() throws Exception {
        jdk("good", "25");
        script(tools.resolve("mvn"), "echo 'Apache Maven 3.6.3 (abc)'");

        assertOneSentence(run("version"), "Maven 3.6.3 is too old");
    }

    @Test
    void nothingIsBuiltAndNoMavenIsNeededWhileTheSourcesAreOlder() throws Exception {
        jdk("good", "25");
        built();

        Run run = run("version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aFreshCloneIsBuiltWithALinePerModule() throws Exception {
        jdk("good", "25");
        maven("");

        Run run = run("version");

        assertThat(run.exitCode()).isZero();
        assertThat(run.err().lines())
                .startsWith("quorate: building with JDK 25", "  building core ...", "  building cli ...");
        // The command's own output is not mixed with the build's.
        assertThat(run.out().lines().findFirst()).contains("jvm: good");
        assertThat(builds()).isEqualTo(1);
        assertThat(run("version").err()).isEmpty();
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aChangedAnAddedAndADeletedSourceEachLeadToABuild() throws Exception {
        jdk("good", "25");
        maven("");
        Path source = root.resolve("cli/src/main/Source.java");
        run("version");

        Files.writeString(source, "changed");
        assertBuildsFor(source);

        Files.writeString(root.resolve("cli/src/main/Added.java"), "");
        assertBuildsFor(root.resolve("cli/src/main"));

        Files.delete(source);
        assertBuildsFor(root.resolve("cli/src/main"));

        Files.writeString(root.resolve("pom.xml"), "<project></project>");
        assertBuildsFor(root.resolve("pom.xml"));
    }

    /** The times are set and not left to the clock, since two that follow each other closely may be equal. */
    private void assertBuildsFor(Path changed) throws IOException, InterruptedException {
        long before = builds();
        setAge(changed, Duration.ofMinutes(-1));
        run("version");
        assertThat(builds()).isEqualTo(before + 1);

        setAge(changed, Duration.ofMinutes(1));
        run("version");
        assertThat(builds()).isEqualTo(before + 1);
    }

    @Test
    void aFailedBuildSaysWhyAndWhereItsLogLies() throws Exception {
        jdk("good", "25");
        script(
                tools.resolve("mvn"),
                "[ \"$1\" != --version ] || { echo 'Apache Maven 3.9.9'; exit; }",
                "echo '[INFO] noise'",
                "echo '[ERROR] Source.java:[1,1] cannot find symbol'",
                "exit 1");

        Run run = run("version");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .contains("[ERROR] Source.java:[1,1] cannot find symbol")
                .contains("the build failed; everything it said is in " + root.resolve("target/launcher/build.log"))
                .doesNotContain("noise");
        assertThat(run.out()).isEmpty();
    }

    @Test
    void aLibraryThatIsNotTheOneOfTheListIsNotRun() throws Exception {
        jdk("good", "25");
        maven("mkdir -p '" + root + "/cli/target/lib'; echo changed >'" + root + "/cli/target/lib/a.jar'");

        Run run = run("version");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("a.jar: FAILED", "a library is not the one that this release was made with");
        assertThat(run.out()).isEmpty();
        assertThat(root.resolve("target/launcher/current")).doesNotExist();
    }

    @Test
    void aLibraryThatIsNotListedIsNotRun() throws Exception {
        jdk("good", "25");
        maven("mkdir -p '" + root + "/cli/target'; printf /somewhere/a.jar:/elsewhere/b.jar >'" + classPath() + "'");

        Run run = run("version");

        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("b.jar: NOT LISTED", "a library is not the one that this release was made with");
        assertThat(run.out()).isEmpty();
        assertThat(root.resolve("target/launcher/current")).doesNotExist();
    }

    @Test
    void whatAnOlderBuildHasLeftIsNotTakenAlong() throws Exception {
        jdk("good", "25");
        maven("mkdir -p '" + root + "/cli/target/lib'; echo old >'" + root + "/cli/target/lib/old.jar'");

        assertThat(run("version").exitCode()).isZero();

        try (Stream<Path> laidDown = Files.walk(root.resolve("target/launcher"))) {
            assertThat(laidDown.map(file -> file.getFileName().toString()))
                    .contains("a.jar")
                    .doesNotContain("old.jar");
        }
    }

    @Test
    void twoLaunchersAtOnceBuildOnce() throws Exception {
        jdk("good", "25");
        // The first build goes on until the second launcher has found that there is one.
        maven("while ! grep -q waiting '" + dir + "/second.err' 2>/dev/null; do sleep 0.05; done");
        Process first = start(root, "first", List.of(root.resolve("quorate").toString(), "version"));
        await(() -> builds() == 1);
        Process second = start(root, "second", List.of(root.resolve("quorate").toString(), "version"));

        assertThat(finish("first", first).exitCode()).isZero();
        assertThat(finish("second", second).err()).contains("waiting for another build to end");
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void argumentsArePassedOnUnchangedFromAnyDirectoryAndThroughSymbolicLinks() throws Exception {
        jdk("good", "25");
        built();
        Path elsewhere = Files.createDirectories(dir.resolve("else where"));
        Files.createSymbolicLink(dir.resolve("link"), Path.of("repository/quorate"));
        Files.createSymbolicLink(elsewhere.resolve("q"), Path.of("../link"));

        Run run = run(elsewhere, List.of("./q", "put", "a key", "*", "$HOME", "", "grüße"));

        assertThat(run.err()).isEmpty();
        assertThat(run.lines("argument: "))
                .containsSubsequence("io.quorate.cli.Quorate", "put", "a key", "*", "$HOME", "", "grüße");
        assertThat(run.lines("directory: "))
                .containsExactly(elsewhere.toRealPath().toString());
        assertThat(run.lines("argument: "))
                .contains(root.toRealPath()
                        .resolve("target/launcher/b1/quorate.jar")
                        .toString());
    }

    @ParameterizedTest
    @CsvSource({
        "dev,-Xmx320m",
        "dev,-XX:MaxInlineLevel=6",
        "server,-XX:+UseG1GC",
        "server,-XX:FreqInlineSize=80",
        "server,-Dio.netty.leakDetection.level=disabled",
        "sim,-Xmn1200m",
        "bench,-Xmx2g",
        "bench,-XX:InlineSmallCode=600",
        "get,-XX:TieredStopAtLevel=1",
        ",-XX:TieredStopAtLevel=1"
    })
    void eachKindOfCommandHasItsOwnJvmOptions(String command, String option) throws Exception {
        jdk("good", "25");
        built();

        Run run = command == null ? run() : run(command);

        assertThat(run.lines("argument: ")).contains(option, "--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void theOptionsOfTheEnvironmentComeLastAndAnotherCollectorReplacesOurs() throws Exception {
        jdk("good", "25");
        built();
        environment.put("QUORATE_JAVA_OPTS", "-Xmx2g -XX:+UseZGC");

        List<String> arguments = run("dev").lines("argument: ");

        assertThat(arguments).containsSubsequence("-Xmx320m", "-Xmx2g", "-XX:+UseZGC", "io.quorate.cli.Quorate");
        assertThat(arguments).doesNotContain("-XX:+UseSerialGC");
    }

    @ParameterizedTest
    @CsvSource({"25.0.3,-XX:AOTCache=", "21.0.4,-XX:SharedArchiveFile="})
    void aPreparedArchiveIsUsedInTheWayThatTheJdkKnows(String version, String option) throws Exception {
        jdk("good", version);
        Path build = built();
        Files.delete(build.resolve("jdk-25.archive.none"));
        Path archive = Files.writeString(build.resolve("jdk-" + version + ".archive"), "classes");

        assertThat(run("version").lines("argument: ")).contains(option + archive.toRealPath());
    }

    @Test
    void aLocaleThatIsNotUtf8IsReplaced() throws Exception {
        jdk("good", "25");
        built();
        assertThat(run("version").lines("locale: ")).containsExactly("");

        environment.put("LC_ALL", "C");
        assertThat(run("version").lines("locale: ")).containsExactly("C.UTF-8");
    }

    @Test
    void testExplainsItselfAndRefusesWhatItDoesNotKnow() throws Exception {
        Run help = finish("out", start(root, "out", List.of("./test", "--help")));
        assertThat(help.exitCode()).isZero();
        assertThat(help.out()).startsWith("Usage: ./test");

        Run unknown = finish("out", start(root, "out", List.of("./test", "--fast")));
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("unknown argument --fast").hasLineCount(1);
    }

    @Test
    void testAllWithoutItsPackagesSaysLoudlyWhatWasNotRun() throws Exception {
        jdk("good", "25");
        maven("");
        script(Files.createDirectories(dir.resolve("user")).resolve("id"), "echo 1000");
        environment.put("PATH", dir.resolve("user") + ":" + tools);

        Run run = finish("out", start(root, "out", List.of("./test", "--all")));

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("NOT RUN: the tests tagged \"packages\"").contains("etcd-client", "patroni");
        assertThat(Files.readString(dir.resolve("mvn-calls")))
                .contains(" verify")
                .doesNotContain("quorate.test.all");
    }

    @Test
    void testAloneSaysWhatItLeavesOut() throws Exception {
        jdk("good", "25");
        maven("");

        Run run = finish("out", start(root, "out", List.of("./test")));

        assertThat(run.exitCode()).isZero();
        assertThat(run.err()).contains("'./test --all' runs them too").hasLineCount(1);
        assertThat(Files.readString(dir.resolve("mvn-calls"))).doesNotContain("quorate.test.all");
    }

    @Test
    void testAllWithItsPackagesRunsTheirTestsToo() throws Exception {
        allPackages();
        Path etcd = Files.createDirectories(dir.resolve("etcd 3.5"));
        script(etcd.resolve("etcd"), "echo 'etcd Version: 3.5.16'");
        script(etcd.resolve("etcdctl"), "true");
        script(etcd.resolve("etcdutl"), "true");
        environment.put("QUORATE_ETCD_35", etcd.toString());

        Run run = finish("out", start(root, "out", List.of("./test", "--all")));

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(Files.readString(dir.resolve("mvn-calls"))).contains("-Dquorate.test.all=true verify");
    }

    @Test
    void testAllWithoutEtcd35RunsTheOthersAndSaysLoudlyWhatWasNotRun() throws Exception {
        allPackages();
        environment.put("QUORATE_ETCD_35", dir.resolve("nothing").toString());

        Run run = finish("out", start(root, "out", List.of("./test", "--all")));

        assertThat(run.exitCode()).isEqualTo(3);
        assertThat(run.err()).contains("NOT RUN: the tests that need etcd 3.5");
        assertThat(Files.readString(dir.resolve("mvn-calls"))).contains("-Dquorate.test.all=true verify");
    }

    private void allPackages() throws IOException {
        jdk("good", "25");
        maven("");
        for (String tool : List.of("etcdctl", "etcd", "node", "npm", "patroni", "python", "postgres")) {
            script(tools.resolve(tool), "true");
        }
        environment.put("QUORATE_PYTHON", tools.resolve("python").toString());
        environment.put("QUORATE_POSTGRESQL", tools.toString());
    }

    /** What a launcher printed and exited with. */
    private record Run(int exitCode, String out, String err) {

        /** The name of the JDK that it ran in the end. */
        String jvm() {
            return lines("jvm: ").getFirst();
        }

        List<String> lines(String prefix) {
            return out.lines()
                    .filter(line -> line.startsWith(prefix))
                    .map(line -> line.substring(prefix.length()))
                    .toList();
        }
    }

    private static void assertOneSentence(Run run, String sentence) {
        assertThat(run.err()).startsWith("quorate: " + sentence).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }

    private Path jdk(String name, String version) throws IOException {
        Path home = Files.createDirectories(jdks.resolve(name));
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"Test\"\nJAVA_VERSION=\"" + version + "\"");
        script(
                home.resolve("bin/java"),
                "echo 'jvm: " + name + "'",
                "echo \"directory: $PWD\"",
                "echo \"locale: ${LC_ALL:-}\"",
                "printf 'argument: %s\\n' \"$@\"");
        script(home.resolve("bin/javac"), "exit 1");
        return home;
    }

    /** Lays down what a build leaves, newer than the sources. */
    private Path built() throws IOException {
        Path build = Files.createDirectories(root.resolve("target/launcher/b1"));
        Files.writeString(build.resolve("quorate.jar"), "");
        Files.writeString(root.resolve("target/launcher/current"), "b1\n");
        for (String version : List.of("21", "21.0.2", "21.0.4", "21.0.10", "22.0.1", "25", "25.0.3", "26")) {
            Files.writeString(build.resolve("jdk-" + version + ".archive.none"), "");
        }
        return build;
    }

    /** A Maven that counts its calls, runs a line of shell, and leaves what a build leaves. */
    private void maven(String line) throws IOException {
        script(
                tools.resolve("mvn"),
                "[ \"$1\" != --version ] || { echo 'Apache Maven 3.9.9 (abc)'; exit; }",
                "echo \"build $*\" >>'" + dir + "/mvn-calls'",
                line,
                "echo '[INFO] -----------------< io.quorate:quorate-parent >-----------------'",
                "echo '[INFO] ------------------< io.quorate:quorate-core >------------------'",
                "echo '[INFO] ------------------< io.quorate:quorate-cli >-------------------'",
                "mkdir -p '" + root + "/cli/target/lib'",
                "[ -e '" + classPath() + "' ] || printf /somewhere/a.jar >'" + classPath() + "'",
                "touch '" + root + "/cli/target/quorate.jar' '" + root + "/cli/target/lib/a.jar'");
    }

    private Path classPath() {
        return root.resolve("cli/target/runtime-class-path.txt");
    }

    private long builds() {
        try {
            Path calls = dir.resolve("mvn-calls");
            return Files.exists(calls) ? Files.readAllLines(calls).size() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Run run(String... arguments) throws IOException, InterruptedException {
        return run(
                dir,
                Stream.concat(Stream.of(root.resolve("quorate").toString()), Stream.of(arguments))
                        .toList());
    }

    private Run run(Path directory, List<String> command) throws IOException, InterruptedException {
        return finish("out", start(directory, "out", command));
    }

    private Process start(Path directory, String name, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command))
                .directory(directory.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectOutput(dir.resolve(name + ".out").toFile())
                .redirectError(dir.resolve(name + ".err").toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private Run finish(String name, Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .as("the launcher ends")
                .isTrue();
        return new Run(
                process.exitValue(),
                Files.readString(dir.resolve(name + ".out")),
                Files.readString(dir.resolve(name + ".err")));
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            assertThat(Instant.now()).as("still waiting").isBefore(deadline);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }

    private static void script(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/usr/bin/env bash\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** A script and no symbolic link, lest somebody take the tool itself for a file of the test. */
    private static void passOn(Path file, Path tool) throws IOException {
        Files.writeString(file, "#!/bin/sh\nexec " + tool + " \"$@\"\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void setAge(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private static Path find(String tool) {
        return Stream.of("/usr/bin", "/bin", "/usr/local/bin", "/opt/homebrew/bin")
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError("this test needs " + tool));
    }
}
