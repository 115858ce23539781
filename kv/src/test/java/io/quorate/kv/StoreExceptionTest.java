package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/** What a failure of the storage tells of the files, and what it does not. */
class StoreExceptionTest {

    private static StoreException failure(Status.Code code) {
        RocksDBException cause = new RocksDBException("refused", new Status(code, Status.SubCode.None, "refused"));
        return new StoreException("cannot read", cause);
    }

    @Test
    void aWrongChecksumIsDamageAndStaysSo() {
        assertThat(failure(Status.Code.Corruption).isDamage()).isTrue();
        assertThat(failure(Status.Code.Corruption).maySucceedLater()).isFalse();
    }

    @Test
    void tooManyOpenFilesTellNothingOfWhatIsInThem() {
        assertThat(failure(Status.Code.IOError).isDamage()).isFalse();
        assertThat(failure(Status.Code.IOError).maySucceedLater()).isTrue();
    }

    @Test
    void whatTheStoreItselfFoundNeitherPassesNorIsItKnownToBeDamage() {
        StoreException found = new StoreException("the store lacks the newest version of a key");
        assertThat(found.isDamage()).isFalse();
        assertThat(found.maySucceedLater()).isFalse();
    }
}
