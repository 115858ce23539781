package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a call takes up is given back even if it cannot be answered, as when there is no memory for that. */
class RefusableCallTest {

    private final AtomicInteger closed = new AtomicInteger();
    private final RefusableCall<RangeRequest, RangeResponse> call =
            new RefusableCall<>(KVGrpc.getRangeMethod(), new Failing());

    /** What every answer and every end of it fails with. */
    private static final class NoMemory extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static final class Failing extends ServerCall<RangeRequest, RangeResponse> {

        @Override
        public void request(int messages) {}

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void sendMessage(RangeResponse message) {
            throw new NoMemory();
        }

        @Override
        public void close(Status status, Metadata trailers) {
            throw new NoMemory();
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public MethodDescriptor<RangeRequest, RangeResponse> getMethodDescriptor() {
            return KVGrpc.getRangeMethod();
        }
    }

    RefusableCallTest() {
        call.onClose(closed::incrementAndGet);
    }

    @Test
    void anAnswerThatCannotBeSentEndsTheCall() {
        assertThatThrownBy(() -> call.sendMessage(RangeResponse.getDefaultInstance()))
                .isInstanceOf(NoMemory.class);
        assertThat(closed).hasValue(1);
    }

    @Test
    void anEndThatCannotBeSentEndsTheCall() {
        assertThatThrownBy(() -> call.close(Status.OK, new Metadata())).isInstanceOf(NoMemory.class);
        assertThat(closed).hasValue(1);
    }
}
