package io.quorate.cli;

import io.quorate.server.ByteProgress;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Tells, at intervals, how far a transfer is, how fast it goes and how long it will take. For one thread. */
final class TransferProgress {

    /** For somebody who watches, and for a log. */
    private static final Duration AT_A_TERMINAL = Duration.ofSeconds(1);

    private static final Duration IN_A_LOG = Duration.ofSeconds(10);

    private final PrintWriter out;
    private final LongSupplier nanoTime;
    private final long intervalNanos;
    private final boolean watched;
    private Pace pace = new Pace(0, 0);
    private long nextNanos;
    private long totalBytes;
    private String doing = "";

    /**
     * @param nanoTime tells the time, as {@link System#nanoTime} does
     * @param watched whether somebody sits there who wants to know what is waited for
     */
    TransferProgress(PrintWriter out, LongSupplier nanoTime, boolean watched) {
        this.out = out;
        this.nanoTime = nanoTime;
        this.watched = watched;
        this.intervalNanos = (watched ? AT_A_TERMINAL : IN_A_LOG).toNanos();
    }

    /** Tells it often to somebody at a terminal, and seldom to a log. */
    @SuppressWarnings("SystemConsoleNull") // By default it is null without a terminal, in all releases but 22 to 24.
    static TransferProgress on(PrintWriter out) {
        return new TransferProgress(out, System::nanoTime, System.console() != null);
    }

    /** A member was asked: it makes the whole snapshot before it sends the first of it. */
    void preparing(String member, long aboutBytes) {
        if (watched) {
            out.println(member + " prepares a snapshot of about " + ByteSize.text(aboutBytes));
        }
    }

    /** The first piece has come, with which the size is known. */
    void begin(long total) {
        begin("", total);
    }

    private void begin(String what, long total) {
        doing = what;
        totalBytes = total;
        pace = new Pace(nanoTime.getAsLong(), 0);
        nextNanos = pace.beginNanos() + intervalNanos;
    }

    /** So much has come by now. */
    void received(long bytes) {
        long now = nanoTime.getAsLong();
        if (now - nextNanos < 0) {
            return;
        }
        nextNanos = now + intervalNanos;
        out.println(doing + ByteSize.text(bytes) + " of " + ByteSize.text(totalBytes) + ", "
                + ByteSize.text((long) pace.perSecond(now, bytes)) + "/s, " + pace.left(now, bytes, totalBytes));
    }

    /**
     * For what goes through bytes by itself, from when it is heard of first.
     *
     * @param done what is done with them, as the lines begin, such as {@code copied}
     */
    ByteProgress during(String done) {
        return new ByteProgress() {
            private boolean begun;

            @Override
            public void done(long doneBytes, long total) {
                if (!begun) {
                    begun = true;
                    begin(done + " ", total);
                }
                received(doneBytes);
            }
        };
    }
}
