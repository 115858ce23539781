package io.quorate.server.tuning;

import io.quorate.core.SendBounds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tries one setting after the other, and keeps what is a gain: given what was measured, window by window, it says what to do next. It knows
 * no clock but the one that it is told, changes nothing itself, and is for one thread.
 *
 * <pre>
 *              a trial is worth it              the next window             two more, or the first that is no gain
 *   watching ----------------------> settling ----------------> measuring ------------------> watching: kept, or taken back
 *       ^                               |                           |
 *       +---- taken back: not leading --+---------------------------+
 * </pre>
 *
 * A trial begins only when two windows were alike: a member that has just started gets faster by itself. The window in which a setting
 * changes counts for nothing: what was under way then came about under the old one. What was no gain is not tried again for half an hour,
 * unless the load has become another one; nor is what few writes were answered with, nor the way back from what was a gain.
 * What was kept holds as long as the load is like the one that it was measured under, and no follower falls behind for it.
 */
public final class Tuner {

    /** A window of fewer writes says too little. */
    static final long LEAST_WRITES = 500;

    /** After this, what was no gain may be tried again. */
    static final Duration MEMORY = Duration.ofMinutes(30);

    /** So many windows in a row must show the gain: one alone may have been a quiet moment. */
    private static final int CONFIRMATIONS = 2;

    /** @param load under which it was found out that these bounds are no gain */
    private record Settled(SendBounds bounds, Window load, long atNanos) {}

    /** @param windows that are over since it was begun */
    private record UnderTrial(Trial trial, Window before, int windows) {

        UnderTrial next() {
            return new UnderTrial(trial, before, windows + 1);
        }
    }

    private final SendBounds most;
    private SendBounds now;
    private Optional<UnderTrial> underTrial = Optional.empty();
    private Optional<Window> previous = Optional.empty();

    /** In which it was seen last that what holds is a gain; empty if nothing was kept. */
    private Optional<Window> gain = Optional.empty();

    private final List<Settled> settled = new ArrayList<>();

    /** @param most what the member was started with: where it begins, and the widest that it tries */
    public Tuner(SendBounds most) {
        this.most = most;
        this.now = most;
    }

    /** The bounds that are to hold at present. */
    public SendBounds bounds() {
        return now;
    }

    /**
     * A window is over.
     *
     * @param nowNanos on any monotonic clock
     * @param measured empty if the member has not led in one term all the time
     */
    public Step next(long nowNanos, Optional<Window> measured) {
        if (underTrial.isPresent()) {
            return go(nowNanos, underTrial.get(), measured);
        }
        Optional<Window> earlier = previous;
        previous = measured;
        if (measured.isEmpty()) {
            return new Step.Rest("the member has not led all the time");
        }
        return begin(nowNanos, measured.get(), earlier);
    }

    private Step begin(long nowNanos, Window measured, Optional<Window> earlier) {
        if (gain.isPresent() && earlier.isPresent() && fallsBehind(earlier.get(), measured)) {
            settled.add(new Settled(now, measured, nowNanos));
            return beginAnew("a follower falls behind by what was kept: it lacked "
                    + earlier.get().lagEntries() + " entries, and lacks " + measured.lagEntries());
        }
        if (measured.writes() < LEAST_WRITES) {
            return new Step.Rest("there were only " + measured.writes() + " writes");
        }
        if (earlier.isPresent() && isBeyondGain(earlier.get()) && isBeyondGain(measured)) {
            return beginAnew(String.format(
                    Locale.ROOT,
                    "%.1f writes are under way, and %.1f were when what was tried was kept",
                    measured.writesUnderWay(),
                    gain.get().writesUnderWay()));
        }
        if (measured.lagEntries() > Verdict.MUCH_LAG_ENTRIES) {
            return new Step.Rest("a follower has yet to catch up: it lacks " + measured.lagEntries() + " entries");
        }
        if (earlier.isEmpty() || !Verdict.isSteady(earlier.get(), measured)) {
            return new Step.Rest("writes have not taken alike in two windows: the next one might differ anyway");
        }
        settled.removeIf(one -> nowNanos - one.atNanos >= MEMORY.toNanos());
        Optional<Trial> trial = Trials.of(measured, now, most).stream()
                .filter(one -> settled.stream().noneMatch(old -> isSettled(old, one, measured)))
                .findFirst();
        if (trial.isEmpty()) {
            return new Step.Rest("no other setting is worth a trial");
        }
        now = trial.get().to();
        previous = Optional.empty();
        underTrial = Optional.of(new UnderTrial(trial.get(), measured, 0));
        return new Step.Try(trial.get());
    }

    /** Clients wait for a majority alone, and notice nothing of a follower that could not keep up when they became a few more. */
    private static boolean fallsBehind(Window earlier, Window measured) {
        return earlier.lagEntries() > Verdict.MUCH_LAG_ENTRIES && measured.lagEntries() > earlier.lagEntries();
    }

    private boolean isBeyondGain(Window measured) {
        return gain.isPresent() && !Verdict.holdsUnder(gain.get(), measured);
    }

    private Step beginAnew(String why) {
        now = most;
        gain = Optional.empty();
        previous = Optional.empty();
        return new Step.BeginAnew(why);
    }

    private static boolean isSettled(Settled old, Trial trial, Window measured) {
        return old.bounds.equals(trial.to()) && Verdict.holdsUnder(old.load, measured);
    }

    private Step go(long nowNanos, UnderTrial running, Optional<Window> measured) {
        if (measured.isEmpty()) {
            return takeBack(
                    running,
                    new Verdict(Verdict.Outcome.UNKNOWN, "the member has not led all the time since it was begun"));
        }
        if (running.windows == 0) {
            underTrial = Optional.of(running.next());
            return new Step.Rest("what was under way when the setting changed is not measured");
        }
        if (measured.get().writes() < LEAST_WRITES) {
            // There were enough before: the setting itself may have kept them from being answered.
            settled.add(new Settled(running.trial.to(), running.before, nowNanos));
            return takeBack(
                    running,
                    new Verdict(
                            Verdict.Outcome.UNKNOWN,
                            "there were only " + measured.get().writes() + " writes"));
        }
        Verdict verdict = Verdict.of(running.before, measured.get());
        return switch (verdict.outcome()) {
            case BETTER -> {
                if (running.windows < CONFIRMATIONS) {
                    underTrial = Optional.of(running.next());
                    yield new Step.Rest("it looks like a gain, and is measured once more");
                }
                settled.add(new Settled(running.trial.from(), measured.get(), nowNanos));
                gain = measured;
                underTrial = Optional.empty();
                yield new Step.Keep(running.trial, verdict);
            }
            case NO_BETTER -> {
                settled.add(new Settled(running.trial.to(), running.before, nowNanos));
                yield takeBack(running, verdict);
            }
            case UNKNOWN -> takeBack(running, verdict);
        };
    }

    private Step takeBack(UnderTrial running, Verdict verdict) {
        underTrial = Optional.empty();
        now = running.trial.from();
        return new Step.TakeBack(running.trial, verdict);
    }
}
