package io.quorate.simulator.invariant;

import io.quorate.core.quorum.MemberId;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What an invariant keeps of each member. Members of a run are numbered from 1, so the number is the place in an array:
 * invariants look here with almost everything that happens, and a map by the id takes most of their time.
 */
final class PerMember<T> {

    private final Supplier<T> beginning;
    private @Nullable Object[] all = new @Nullable Object[8];

    /** @param beginning gives what is kept of a member that nothing was kept of before */
    PerMember(Supplier<T> beginning) {
        this.beginning = beginning;
    }

    @SuppressWarnings("unchecked") // Only what put was given is in there.
    T get(MemberId member) {
        int place = Math.toIntExact(member.value());
        Object kept = place < all.length ? all[place] : null;
        if (kept != null) {
            return (T) kept;
        }
        T begun = beginning.get();
        put(member, begun);
        return begun;
    }

    void put(MemberId member, T kept) {
        int place = Math.toIntExact(member.value());
        if (place >= all.length) {
            all = Arrays.copyOf(all, 2 * place);
        }
        all[place] = kept;
    }

    /** What was kept of a member is forgotten. */
    void forget(MemberId member) {
        put(member, beginning.get());
    }
}
