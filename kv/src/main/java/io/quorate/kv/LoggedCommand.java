package io.quorate.kv;

/**
 * A committed command on its way to the store.
 *
 * @param index its place in the log
 * @param encoded the command as {@link CommandCodec} wrote it; bytes that are no command are answered with
 *     {@link KvError#UNREADABLE_COMMAND}
 */
public record LoggedCommand(long index, Bytes encoded) {

    /** Encodes a command for the place in the log that it got. */
    public static LoggedCommand of(long index, Command command) {
        return new LoggedCommand(index, Bytes.wrap(CommandCodec.encode(command)));
    }

    /** Says nothing of what stands in it: whatever is logged or thrown may show this. */
    @Override
    public String toString() {
        return "LoggedCommand[" + index + ", " + encoded.sizeOnly() + "]";
    }
}
