package io.quorate.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets a command clean up when its process is asked to end: its thread is interrupted, and the process waits until it is
 * through with what must not be left behind.
 */
final class CleanEnd implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;

    private final CountDownLatch through = new CountDownLatch(1);
    private final Thread hook;

    private CleanEnd(Thread command) {
        this.hook = new Thread(() -> end(command), "clean-end");
    }

    /** For the calling thread, until this is closed by it. */
    static CleanEnd ofThisThread() {
        CleanEnd end = new CleanEnd(Thread.currentThread());
        Runtime.getRuntime().addShutdownHook(end.hook);
        return end;
    }

    private void end(Thread command) {
        command.interrupt();
        try {
            // What takes longer is not worth a process that does not end; the next run cleans up what it finds.
            var unused = through.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        through.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending already, and the hook has just been told that it may.
        }
    }
}
