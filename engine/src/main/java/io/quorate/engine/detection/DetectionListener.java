package io.quorate.engine.detection;

/** Is told of each detection. Called by several threads; must not block. */
@FunctionalInterface
public interface DetectionListener {

    /** Tells nobody. */
    DetectionListener NONE = detection -> {};

    void detected(Detection detection);
}
