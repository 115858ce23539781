package io.quorate.server.tuning;

import io.quorate.core.SendBounds;
import io.quorate.server.ServerConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Which settings are worth a trial, by what a leader has measured.
 *
 * <p>How much is sent ahead is a trade: with many small messages under way each write leaves at once, with few they gather while the last
 * ones are on their way, and cost sender and receiver less. Which is faster depends on the load and on the machines; so both directions
 * are tried, and a measurement decides.
 */
public final class Trials {

    /** A batch is never made smaller than this by itself. */
    public static final long LEAST_BATCH_BYTES = 64 << 10;

    /** A bound that is met less often than this does not matter. */
    private static final double OFTEN = 0.05;

    /** From this mean on there is something to gather. */
    private static final double SEVERAL = 1.2;

    /** If less of a write's time than this can be saved, no trial is worth its noise. */
    private static final double LEAST_GAIN = 0.05;

    /** The widest that the flags allow. */
    private static final SendBounds WIDEST =
            new SendBounds(ServerConfig.Sending.MOST_BATCH_BYTES, ServerConfig.Sending.MOST_INFLIGHT_MESSAGES);

    private Trials() {}

    /** What can be tried where these bounds held, within the widest that the flags allow; the likeliest first. */
    public static List<Trial> of(Window measured, long maxBatchBytes, int maxInflightMessages) {
        return of(measured, new SendBounds(maxBatchBytes, maxInflightMessages), WIDEST);
    }

    /**
     * What can be tried, the likeliest first.
     *
     * @param now the bounds that held while it was measured
     * @param most the widest that may be tried
     */
    public static List<Trial> of(Window measured, SendBounds now, SendBounds most) {
        List<Trial> trials = new ArrayList<>();
        if (measured.savable().orElse(1) < LEAST_GAIN) {
            return trials;
        }
        deeper(measured, now, most, trials);
        shallower(measured, now, trials);
        batches(measured, now, most, trials);
        return List.copyOf(trials);
    }

    private static void deeper(Window measured, SendBounds now, SendBounds most, List<Trial> trials) {
        int messages = Math.min(2 * now.maxInflightMessages(), most.maxInflightMessages());
        if (measured.heldBackShare() >= OFTEN && messages > now.maxInflightMessages()) {
            trials.add(new Trial(
                    now,
                    new SendBounds(now.maxMessageBytes(), messages),
                    Trial.percent(measured.heldBackShare())
                            + " of the times that entries could have left, as many messages"
                            + " were under way as may be; with more, writes leave sooner",
                    measured.savable()));
        }
    }

    private static void shallower(Window measured, SendBounds now, List<Trial> trials) {
        double underWay = measured.messagesUnderWay();
        int fewer = Integer.highestOneBit((int) Math.ceil(underWay) - 1);
        int messages = Math.min(fewer, now.maxInflightMessages() / 2);
        if (underWay >= SEVERAL && messages >= 1) {
            trials.add(new Trial(
                    now,
                    new SendBounds(now.maxMessageBytes(), messages),
                    String.format(Locale.ROOT, "%.1f", underWay)
                            + " messages are under way to a follower at a time; fewer"
                            + " and larger ones cost it and the leader less",
                    measured.savable()));
        }
    }

    private static void batches(Window measured, SendBounds now, SendBounds most, List<Trial> trials) {
        if (measured.fullShare() < OFTEN) {
            return;
        }
        String full = Trial.percent(measured.fullShare()) + " of the messages are as large as they may be; ";
        long larger = Math.min(2 * now.maxMessageBytes(), most.maxMessageBytes());
        if (larger > now.maxMessageBytes()) {
            trials.add(new Trial(
                    now,
                    new SendBounds(larger, now.maxInflightMessages()),
                    full + "larger ones are fewer",
                    measured.savable()));
        }
        long smaller = now.maxMessageBytes() / 2;
        if (smaller >= LEAST_BATCH_BYTES) {
            trials.add(new Trial(
                    now,
                    new SendBounds(smaller, now.maxInflightMessages()),
                    full + "of smaller ones the first is on the other's disk while the next is on its way",
                    measured.savable()));
        }
    }
}
