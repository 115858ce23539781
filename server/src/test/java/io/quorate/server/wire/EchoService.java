package io.quorate.server.wire;

import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.mvccpb.KeyValue;

/** Answers each Range with one pair whose value is the key that was asked for. */
final class EchoService extends KVGrpc.KVImplBase {

    @Override
    public void range(RangeRequest request, StreamObserver<RangeResponse> answer) {
        answer.onNext(RangeResponse.newBuilder()
                .addKvs(KeyValue.newBuilder().setKey(request.getKey()).setValue(request.getKey()))
                .setCount(1)
                .build());
        answer.onCompleted();
    }
}
