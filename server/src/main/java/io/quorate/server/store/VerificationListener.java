package io.quorate.server.store;

import io.quorate.kv.StateDigest;
import io.quorate.kv.Verification;

/** Is told by the state machine, on the thread that applies, what concerns the comparison of states. Must not block. */
public interface VerificationListener {

    /** Does nothing. */
    VerificationListener NONE = new VerificationListener() {
        @Override
        public void captured(StateDigest digest) {
            // Nobody compares.
        }

        @Override
        public void judged(Verification verification) {
            // Nobody compares.
        }

        @Override
        public void applied(long index) {
            // Nobody compares.
        }
    };

    /** A mark was applied: the digest that this member's state had there. Also when it is applied again after a restart. */
    void captured(StateDigest digest);

    /** The members' reports tell something else than before, or may do so. */
    void judged(Verification verification);

    /** Everything up to an index is applied. */
    void applied(long index);
}
