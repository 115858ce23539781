package io.quorate.server.api;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.quorate.core.Rejection;
import io.quorate.engine.RaftException;
import io.quorate.kv.KvError;
import io.quorate.kv.Result;
import io.quorate.kv.StoreException;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FailuresTest {

    @Test
    void everyWayInWhichAProposalEndsHasEtcdsErrorForIt() {
        Map<Throwable, EtcdError> expected = Map.ofEntries(
                entry(new RaftException.Refused(Rejection.NO_LEADER), EtcdError.TIMEOUT),
                entry(new RaftException.Refused(Rejection.TRANSFER_IN_PROGRESS), EtcdError.TIMEOUT),
                entry(new RaftException.Refused(Rejection.TOO_MANY_UNCOMMITTED), EtcdError.TOO_MANY_REQUESTS),
                entry(new RaftException.Refused(Rejection.NO_ROOM), EtcdError.NO_SPACE),
                entry(new RaftException.Refused(Rejection.NOT_LEADER), EtcdError.NOT_LEADER),
                entry(new RaftException.Superseded(), EtcdError.LEADER_CHANGED),
                entry(new RaftException.OutcomeUnknown(false), EtcdError.TIMEOUT),
                entry(new RaftException.OutcomeUnknown(true), EtcdError.TIMEOUT_LEADER_FAILURE),
                entry(new RaftException.Stopped(new IOException("disk full")), EtcdError.STOPPED),
                entry(new RejectedExecutionException(), EtcdError.TOO_MANY_REQUESTS),
                entry(EtcdError.NO_SPACE.exception(), EtcdError.NO_SPACE));
        expected.forEach((failure, error) -> {
            assertThat(Failures.of(failure).getStatus()).isEqualTo(error.status());
            assertThat(Failures.of(new CompletionException(failure)).getStatus())
                    .isEqualTo(error.status());
        });
    }

    @Test
    void aFailingStoreIsAnInternalErrorThatSaysWhy() {
        Status status =
                Failures.of(new StoreException("cannot read from the store")).getStatus();
        assertThat(status.getCode()).isEqualTo(Status.Code.INTERNAL);
        assertThat(status.getDescription()).contains("cannot read from the store");
    }

    @ParameterizedTest
    @EnumSource(KvError.class)
    void everyRejectionOfTheStoreHasATextThatClientsCanTellFromOthers(KvError error) {
        assertThat(Failures.of(error).getStatus().getDescription()).startsWith("etcdserver: ");
        assertThat(Failures.of(error).getStatus().getCode())
                .as("with this one clients would have to think that it may have been carried out")
                .isNotEqualTo(Status.Code.INTERNAL);
        assertThat(Failures.unexpected(new Result.Rejected(error)))
                .hasMessage(Failures.of(error).getMessage());
    }

    @Test
    void aResultOfAnotherKindThanAskedForIsAFaultOfTheProgram() {
        assertThat(Failures.unexpected(new Result.CompactResult(1))).isInstanceOf(IllegalStateException.class);
    }
}
