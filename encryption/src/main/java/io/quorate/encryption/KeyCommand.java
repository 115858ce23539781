package io.quorate.encryption;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command that prints a key ring, for example by asking a key management service. The shell runs it; what it prints as errors goes to this
 * process's own.
 */
public final class KeyCommand {

    private KeyCommand() {}

    /**
     * Runs it, and reads the ring that it prints.
     *
     * @throws IOException with one sentence, which holds nothing of what it printed, if no ring comes of it in time
     */
    public static KeyRing run(String command, Duration deadline) throws IOException {
        String name = "the key command '" + command + "'";
        Process process = new ProcessBuilder("/bin/sh", "-c", command)
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectError(Redirect.INHERIT)
                .start();
        try {
            CompletableFuture<byte[]> output = CompletableFuture.supplyAsync(
                    () -> read(process.getInputStream()),
                    // Of its own, since what the command has left behind may keep the pipe open for good.
                    reading -> Thread.ofPlatform().daemon().start(reading));
            long end = System.nanoTime() + deadline.toNanos();
            byte[] bytes = output.get(deadline.toNanos(), TimeUnit.NANOSECONDS);
            if (bytes.length > KeyFile.MAX_BYTES) {
                throw new IOException(name + " prints more than a key ring can have");
            }
            if (!process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                throw new TimeoutException();
            }
            if (process.exitValue() != 0) {
                throw new IOException(name + " ended with exit code " + process.exitValue());
            }
            return KeyFile.ring(bytes, "what " + name + " prints");
        } catch (TimeoutException e) {
            throw new IOException(name + " has not ended within " + deadline.toMillis() / 1000.0 + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(name + " cannot be read: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + name + " ran", e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** One byte more than is allowed, so that it is seen. */
    private static byte[] read(InputStream in) {
        try (in) {
            return in.readNBytes(KeyFile.MAX_BYTES + 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
