package io.quorate.simulator.network;

/**
 * What is wrong with the way from one member to another, as probabilities for each frame from 0 to 1.
 *
 * @param cut nothing comes through
 * @param loss a frame is lost
 * @param duplication a frame comes twice
 * @param replay an old frame comes once more, even across a restart of its receiver
 * @param reordering a frame does not wait for those before it
 * @param corruption a bit of a frame is flipped
 * @param snapshotLoss a piece of a snapshot is lost, beside other loss
 * @param extraDelayNanos the most by which a frame is later than usual; drawn for each
 */
public record LinkFaults(
        boolean cut,
        double loss,
        double duplication,
        double replay,
        double reordering,
        double corruption,
        double snapshotLoss,
        long extraDelayNanos) {

    /** Nothing is wrong. */
    public static final LinkFaults NONE = new LinkFaults(false, 0, 0, 0, 0, 0, 0, 0);

    /** Nothing comes through. */
    public static final LinkFaults CUT = new LinkFaults(true, 0, 0, 0, 0, 0, 0, 0);

    /** Both at once, each by its own dice. */
    public LinkFaults and(LinkFaults other) {
        return new LinkFaults(
                cut || other.cut,
                either(loss, other.loss),
                either(duplication, other.duplication),
                either(replay, other.replay),
                either(reordering, other.reordering),
                either(corruption, other.corruption),
                either(snapshotLoss, other.snapshotLoss),
                extraDelayNanos + other.extraDelayNanos);
    }

    private static double either(double one, double other) {
        return 1 - (1 - one) * (1 - other);
    }
}
