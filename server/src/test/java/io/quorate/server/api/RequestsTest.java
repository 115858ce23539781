package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.kv.Bytes;
import io.quorate.kv.Compare;
import io.quorate.kv.Txn;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestsTest {

    @Test
    void bytesOfEveryKindOfStringStayTheSame() {
        byte[] text = "0123456789".repeat(100).getBytes(StandardCharsets.US_ASCII);
        ByteString whole = ByteString.copyFrom(text);
        ByteString rope = whole.substring(0, 400).concat(whole.substring(400));
        ByteString buffered = com.google.protobuf.UnsafeByteOperations.unsafeWrap(
                ByteBuffer.wrap(text).asReadOnlyBuffer());
        for (ByteString string : List.of(whole, rope, buffered, ByteString.copyFrom(text, 0, text.length))) {
            assertThat(Requests.bytes(string)).isEqualTo(Bytes.wrap(text));
        }
        assertThat(Requests.bytes(whole.substring(3, 7))).isEqualTo(Bytes.utf8("3456"));
        assertThat(Requests.bytes(ByteString.EMPTY)).isEqualTo(Bytes.empty());
    }

    @Test
    void anOperandOfAnotherKindThanTheTargetCountsAsNone() {
        Txn txn = Requests.txn(TxnRequest.newBuilder()
                .addCompare(io.quorate.server.proto.etcdserverpb.Compare.newBuilder()
                        .setKey(ByteString.copyFromUtf8("k"))
                        .setTarget(io.quorate.server.proto.etcdserverpb.Compare.CompareTarget.VERSION)
                        .setLease(7))
                .build());
        assertThat(txn.compares())
                .containsExactly(Compare.of(Bytes.utf8("k"), new Compare.Version(0), Compare.Outcome.EQUAL));
    }
}
