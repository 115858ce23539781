package io.quorate.bench;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Three durable members in this process, loaded in a closed loop at one level after the other. */
public final class EngineBenchmark {

    private static final Duration DISK_PROBE = Duration.ofSeconds(1);

    private EngineBenchmark() {}

    /**
     * Measures, and removes the data that came of it.
     *
     * @param progress told each level's figures when they are known
     * @param dataFolder on the disk in question; created unless it is there. Nothing that is in it is touched
     * @throws IllegalStateException if the members differ afterwards: then no figure counts
     */
    public static EngineReport run(
            Contender.Factory contenders, LoadSettings settings, Path dataFolder, Consumer<LevelResult> progress)
            throws IOException, TimeoutException {
        Files.createDirectories(dataFolder);
        Path folder = Files.createTempDirectory(dataFolder, "bench-");
        try {
            DiskResult disk = DiskProbe.run(folder, DISK_PROBE);
            try (Contender contender = contenders.start(folder)) {
                return new EngineReport(settings, disk, levels(contender, settings, progress));
            }
        } finally {
            delete(folder);
        }
    }

    private static List<LevelResult> levels(Contender contender, LoadSettings settings, Consumer<LevelResult> progress)
            throws TimeoutException {
        List<LevelResult> levels = new ArrayList<>();
        long completed = 0;
        for (int inflight : settings.inflight()) {
            try (ClosedLoop loop = new ClosedLoop(contender, inflight, settings.commandBytes())) {
                loop.warmUp(Duration.ofSeconds(settings.warmupSeconds()));
                List<LevelResult> repetitions = new ArrayList<>();
                for (int i = 0; i < settings.repetitions(); i++) {
                    repetitions.add(loop.measure(Duration.ofSeconds(settings.seconds())));
                }
                LevelResult level = LevelResult.median(repetitions);
                levels.add(level);
                progress.accept(level);
                completed += loop.stop();
            }
        }
        contender.verify(completed);
        return levels;
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
