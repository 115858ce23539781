package io.quorate.simulator.network;

/**
 * What is wrong with the way from one member to another; probabilities are for each frame, from 0 to 1.
 *
 * @param cut whether anything comes through at all
 * @param loss a frame is lost
 * @param duplication a frame comes twice
 * @param replay an old frame comes once more, even across a restart of its receiver
 * @param reordering a frame does not wait for those before it
 * @param corruption a bit of a frame is flipped; the connection ends with it
 * @param snapshotLoss a piece of a snapshot is lost, beside other loss
 * @param extraDelayNanos the most by which a frame is later than usual; drawn for each
 * @param clogged nothing is delivered until this is mended, then all at once
 * @param bytesPerSecond how fast the receiver takes what is sent; 0: at once
 */
public record LinkFaults(
        Cut cut,
        double loss,
        double duplication,
        double replay,
        double reordering,
        double corruption,
        double snapshotLoss,
        long extraDelayNanos,
        boolean clogged,
        long bytesPerSecond) {

    /** Whether anything comes through; the later of two is the stronger. */
    public enum Cut {
        /** It does. */
        NONE,
        /** The sender believes that the connection stands, and what it sends vanishes: the way is half open. */
        SILENT,
        /** The sender may notice, as it does when its connection is reset. */
        NOTICED
    }

    /** Nothing is wrong. */
    public static final LinkFaults NONE = new LinkFaults(Cut.NONE, 0, 0, 0, 0, 0, 0, 0, false, 0);

    /** Nothing comes through, and that may be noticed. */
    public static final LinkFaults CUT = NONE.withCut(Cut.NOTICED);

    /** Nothing comes through, and nobody is told. */
    public static final LinkFaults HALF_OPEN = NONE.withCut(Cut.SILENT);

    /** The same with another cut. */
    public LinkFaults withCut(Cut other) {
        return new LinkFaults(
                other,
                loss,
                duplication,
                replay,
                reordering,
                corruption,
                snapshotLoss,
                extraDelayNanos,
                clogged,
                bytesPerSecond);
    }

    /** Nothing is delivered until it is mended. */
    public static LinkFaults clog() {
        return new LinkFaults(Cut.NONE, 0, 0, 0, 0, 0, 0, 0, true, 0);
    }

    /** What is sent is taken at this rate. */
    public static LinkFaults slow(long bytesPerSecond) {
        return new LinkFaults(Cut.NONE, 0, 0, 0, 0, 0, 0, 0, false, bytesPerSecond);
    }

    /** Both at once, each by its own dice. */
    public LinkFaults and(LinkFaults other) {
        return new LinkFaults(
                cut.compareTo(other.cut) > 0 ? cut : other.cut,
                either(loss, other.loss),
                either(duplication, other.duplication),
                either(replay, other.replay),
                either(reordering, other.reordering),
                either(corruption, other.corruption),
                either(snapshotLoss, other.snapshotLoss),
                extraDelayNanos + other.extraDelayNanos,
                clogged || other.clogged,
                slower(bytesPerSecond, other.bytesPerSecond));
    }

    private static double either(double one, double other) {
        return 1 - (1 - one) * (1 - other);
    }

    private static long slower(long one, long other) {
        return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
    }
}
