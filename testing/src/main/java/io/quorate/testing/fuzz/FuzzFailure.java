package io.quorate.testing.fuzz;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** An input with which a decoder breaks its promise. The message has all that is needed to see it again. */
public final class FuzzFailure extends AssertionError {

    private static final long serialVersionUID = 1;

    private final String target;
    private final Kind kind;
    private final transient byte[] input;

    /** Which promise. */
    enum Kind {
        /** Something was thrown that is not declared. */
        THROWN,
        /** More was allocated than the input's length allows. */
        ALLOCATED,
        /** It took more processor time than any input may, or did not end without taking any. */
        HUNG,
        /** What was decoded cannot be written, or is read as something else then. */
        DIFFERENT
    }

    FuzzFailure(String target, Kind kind, byte[] input, String what, @Nullable Throwable cause) {
        super(message(target, kind, input, what), cause);
        this.target = target;
        this.kind = kind;
        this.input = input.clone();
    }

    private static String message(String target, Kind kind, byte[] input, String what) {
        return target + ", " + kind + ": " + what + "; the input has " + input.length + " bytes: "
                + HexFormat.of().formatHex(input);
    }

    public String target() {
        return target;
    }

    Kind kind() {
        return kind;
    }

    public byte[] input() {
        return input.clone();
    }

    /** Whether another failure is likely to be the same one: of the same kind, and by the same exception. */
    boolean isLike(FuzzFailure other) {
        return kind == other.kind && thrown().equals(other.thrown());
    }

    private String thrown() {
        Throwable cause = getCause();
        return cause == null ? "" : cause.getClass().getName();
    }
}
