package io.quorate.compatibility;

import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The three members that all tests here share, since their start takes longer than most tests. They are handed to whoever has
 * a {@link ProcessCluster} among its parameters; a member that a test has killed is started again after that test.
 */
final class SharedCluster implements ParameterResolver, AfterEachCallback {

    private static final Namespace NAMESPACE = Namespace.create(SharedCluster.class);

    /** Closed by JUnit when the last test has ended. */
    private record Running(ProcessCluster cluster, Path folder) implements AutoCloseable {

        static Running start() throws IOException {
            Path folder = Files.createTempDirectory("members-");
            Running running = new Running(new ProcessCluster(folder, 3), folder);
            try {
                running.cluster.startAll();
                running.cluster.awaitLeader();
                running.cluster.members().forEach(running.cluster::awaitServing);
                return running;
            } catch (IOException | RuntimeException | AssertionError e) {
                running.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            cluster.close();
            List<Path> files;
            try (Stream<Path> all = Files.walk(folder)) {
                files = all.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ProcessCluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return cluster(context);
    }

    @Override
    public void afterEach(ExtensionContext context) throws IOException {
        ProcessCluster cluster = cluster(context);
        for (Member member : cluster.members()) {
            if (!member.isRunning()) {
                cluster.start(member);
            }
        }
        cluster.members().forEach(cluster::awaitServing);
    }

    private static ProcessCluster cluster(ExtensionContext context) {
        return context.getRoot()
                .getStore(NAMESPACE)
                .computeIfAbsent(
                        Running.class,
                        key -> {
                            try {
                                return Running.start();
                            } catch (IOException e) {
                                throw new UncheckedIOException(e);
                            }
                        },
                        Running.class)
                .cluster();
    }
}
