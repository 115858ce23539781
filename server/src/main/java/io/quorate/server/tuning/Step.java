package io.quorate.server.tuning;

/** What the {@link Tuner} wants done next. */
public sealed interface Step {

    /** Nothing; {@code why} is half a sentence. */
    record Rest(String why) implements Step {}

    /** The trial begins: its setting is to hold from now on. */
    record Try(Trial trial) implements Step {}

    /** It was a gain: its setting holds on. */
    record Keep(Trial trial, Verdict verdict) implements Step {}

    /** It was none, or that cannot be said: the setting from before is to hold again. */
    record TakeBack(Trial trial, Verdict verdict) implements Step {}

    /** What was kept says nothing of the load that there is now, or a follower falls behind by it: what the member was started with is to hold again. */
    record BeginAnew(String why) implements Step {}
}
