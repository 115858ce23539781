package io.quorate.server.store;

import io.quorate.kv.Divergence;

/**
 * Is told when this member's state is found to differ from that of others, and when it is found equal again; by then the
 * member serves no client, or serves them again. Calls come one at a time, on a thread that may block for a while.
 */
public interface DivergenceListener {

    /** Does nothing: the member stays fenced. */
    DivergenceListener NONE = new DivergenceListener() {
        @Override
        public void diverged(Divergence divergence) {
            // It is for the operator to do something.
        }

        @Override
        public void equalAgain() {
            // There is nothing to undo.
        }

        @Override
        public void heldToDiffer() {
            // As above.
        }
    };

    /** This member differs. Told again for each mark at which it still does. */
    void diverged(Divergence divergence);

    /** This member, which differed, agrees with a majority of the voters. */
    void equalAgain();

    /**
     * The record says at the start that this member's state differs from the majority's; the next comparison tells whether it
     * does still.
     */
    void heldToDiffer();
}
