package io.quorate.server.members;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.RaftException;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * How a change of members ended, as bytes that the leader answers with: {@code byte} 0 and the configuration that is in force now; 1, an
 * {@code int} with the code of a gRPC status and its text in UTF-8, if the change was refused; 2 if nobody knows.
 *
 * @param configuration who the members are now
 */
public record Changed(Configuration configuration) {

    private static final byte DONE = 0;
    private static final byte REFUSED = 1;
    private static final byte UNKNOWN = 2;

    ByteBuffer encoded() {
        ByteBuffer out = ByteBuffer.allocate(1 + ConfigurationCodec.size(configuration));
        out.put(DONE);
        ConfigurationCodec.encode(configuration, out);
        return out.flip();
    }

    static ByteBuffer encoded(Status refusal) {
        byte[] text = String.valueOf(refusal.getDescription()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + Integer.BYTES + text.length)
                .put(REFUSED)
                .putInt(refusal.getCode().value())
                .put(text)
                .flip();
    }

    static ByteBuffer unknown() {
        return ByteBuffer.allocate(1).put(UNKNOWN).flip();
    }

    /**
     * What the leader has answered.
     *
     * @throws StatusRuntimeException if it has refused
     * @throws RaftException.OutcomeUnknown if the leader does not know either
     * @throws IllegalArgumentException if it is an answer that this release does not know
     */
    static Changed decode(ByteBuffer answer) {
        ByteBuffer in = answer.slice();
        byte kind = in.hasRemaining() ? in.get() : -1;
        return switch (kind) {
            case DONE -> {
                try {
                    yield new Changed(ConfigurationCodec.decode(in));
                } catch (CorruptFrameException e) {
                    throw unreadable(answer, e);
                }
            }
            case REFUSED -> {
                if (in.remaining() < Integer.BYTES) {
                    throw unreadable(answer, null);
                }
                Status status = Status.fromCodeValue(in.getInt());
                throw status.withDescription(StandardCharsets.UTF_8.decode(in).toString())
                        .asRuntimeException();
            }
            case UNKNOWN -> throw new RaftException.OutcomeUnknown(true);
            default -> throw unreadable(answer, null);
        };
    }

    private static IllegalArgumentException unreadable(ByteBuffer answer, @Nullable Exception cause) {
        return new IllegalArgumentException(
                "the leader answered a change of members with " + answer.remaining()
                        + " bytes that this release does not know",
                cause);
    }
}
