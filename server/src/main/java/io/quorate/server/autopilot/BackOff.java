package io.quorate.server.autopilot;

import java.time.Duration;
import java.util.Optional;

/** How long nothing is tried again after it has failed: twice as long each time, up to half an hour. For one thread. */
final class BackOff {

    static final Duration FIRST = Duration.ofSeconds(30);
    static final Duration LONGEST = Duration.ofMinutes(30);

    private long untilNanos;
    private Duration next = FIRST;
    private Optional<String> failure = Optional.empty();

    void failed(long nowNanos, String why) {
        failure = Optional.of(why);
        untilNanos = nowNanos + next.toNanos();
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
    }

    void succeeded() {
        failure = Optional.empty();
        next = FIRST;
    }

    /** Holds back what would be done too early. */
    Judgement judge(Judgement judgement, long nowNanos) {
        return switch (judgement) {
            case Judgement.Act act
            when failure.isPresent() && untilNanos - nowNanos > 0 ->
                new Judgement.Waiting(
                        act.title() + ", which is tried again a while after the last failure: " + failure.get(),
                        Duration.ofNanos(untilNanos - nowNanos));
            case Judgement.Act act -> act;
            case Judgement.Nothing nothing -> nothing;
            case Judgement.Waiting waiting -> waiting;
        };
    }
}
