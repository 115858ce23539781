package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AfterSyncTest {

    private final AfterSync afterSync = new AfterSync();
    private final List<String> done = new ArrayList<>();

    @Test
    void cornerCase13_nothingThatWaitsForAWriteIsDoneBeforeItIsDurable() {
        afterSync.run(1, () -> done.add("first"));
        afterSync.run(2, () -> done.add("second"));
        assertThat(done).isEmpty();
        afterSync.synced(1);
        assertThat(done).containsExactly("first");
        afterSync.synced(2);
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void whatWaitsForNothingIsDoneAtOnce() {
        afterSync.synced(3);
        afterSync.run(3, () -> done.add("now"));
        assertThat(done).containsExactly("now");
    }
}
