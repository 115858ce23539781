package io.quorate.core;

/** How a leader sends to one follower. */
sealed interface ProgressState {

    String name();

    /** Where the logs agree is not known: one message at a time, and after a loss an empty one. */
    final class Probe implements ProgressState {
        private boolean paused;
        private boolean sentBefore;

        @Override
        public String name() {
            return "probe";
        }

        boolean paused() {
            return paused;
        }

        /** Whether this probe was sent before and not answered: repeating it without its entries costs little. */
        boolean sentBefore() {
            return sentBefore;
        }

        void sent() {
            paused = true;
            sentBefore = true;
        }

        void resume() {
            paused = false;
        }
    }

    /** The logs agree: messages follow each other without waiting for answers, within the bounds of {@link Inflight}. */
    final class Replicate implements ProgressState {
        private final Inflight inflight;
        private int heartbeatsWithoutAnswer;
        private boolean tailInDoubt;

        Replicate(int maxInflightMessages) {
            inflight = new Inflight(maxInflightMessages);
        }

        @Override
        public String name() {
            return "replicate";
        }

        Inflight inflight() {
            return inflight;
        }

        void answered() {
            heartbeatsWithoutAnswer = 0;
            tailInDoubt = false;
        }

        /**
         * Something was sent and nothing acknowledged for two heartbeats: it may be lost, or the follower's disk slow.
         * An empty request behind all that was sent tells which, and costs next to nothing in the second case.
         */
        void heartbeat() {
            if (inflight.isEmpty()) {
                heartbeatsWithoutAnswer = 0;
                return;
            }
            heartbeatsWithoutAnswer++;
            if (heartbeatsWithoutAnswer >= 2) {
                tailInDoubt = true;
            }
        }

        boolean tailInDoubt() {
            return tailInDoubt;
        }

        void tailAskedFor() {
            tailInDoubt = false;
        }
    }

    /** What the follower needs next is compacted: it gets a snapshot, one piece at a time. */
    final class Snapshot implements ProgressState {
        private final SnapshotMeta snapshot;
        private long offset;
        private boolean awaitingAnswer;
        private int ticksWaited;

        Snapshot(SnapshotMeta snapshot) {
            this.snapshot = snapshot;
        }

        @Override
        public String name() {
            return CoreStatus.FollowerStatus.SNAPSHOT;
        }

        SnapshotMeta snapshot() {
            return snapshot;
        }

        long offset() {
            return offset;
        }

        boolean awaitingAnswer() {
            return awaitingAnswer;
        }

        void sent() {
            awaitingAnswer = true;
            ticksWaited = 0;
        }

        /** The follower wants this offset next; what was asked for already is not sent twice. */
        void wanted(long nextOffset) {
            if (nextOffset != offset) {
                offset = nextOffset;
                awaitingAnswer = false;
            }
        }

        /** After {@code retryTicks} without an answer the piece counts as lost. */
        void tick(int retryTicks) {
            if (awaitingAnswer) {
                ticksWaited++;
                awaitingAnswer = ticksWaited < retryTicks;
            }
        }
    }
}
