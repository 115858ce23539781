package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Recent keys are found with what was written last, and forgotten rather than confused. */
class RecentKeysTest {

    private static NewestVersion version(long revision) {
        return NewestVersion.fromIndex(new CurrentVersion(revision, 0, Version.TOMBSTONE));
    }

    @Test
    void aKeyIsFoundAsItWasWrittenLastOrNotAtAll() {
        SplittableRandom random = new SplittableRandom(5);
        RecentKeys recent = new RecentKeys(64);
        Map<Bytes, NewestVersion> written = new HashMap<>();
        int found = 0;
        for (int round = 0; round < 20_000; round++) {
            Bytes key = Bytes.utf8("key" + random.nextInt(100));
            Optional<NewestVersion> known = recent.find(key);
            if (known.isPresent()) {
                assertThat(known).hasValue(written.get(key));
                found++;
            }
            NewestVersion newest = version(round);
            recent.written(key, newest);
            written.put(key, newest);
            assertThat(recent.find(key)).hasValue(newest);
        }
        assertThat(found).isGreaterThan(7_000);
    }

    @Test
    void nearlyAllOfAQuarterAsManyKeysAsItKeepsAreKept() {
        RecentKeys recent = new RecentKeys(RecentKeys.MAX_KEYS);
        for (int i = 0; i < RecentKeys.MAX_KEYS / 4; i++) {
            recent.written(Bytes.utf8("key" + i), version(i));
        }
        int kept = 0;
        for (int i = 0; i < RecentKeys.MAX_KEYS / 4; i++) {
            kept += recent.find(Bytes.utf8("key" + i)).isPresent() ? 1 : 0;
        }
        assertThat(kept).isGreaterThan(RecentKeys.MAX_KEYS / 4 * 95 / 100);
    }

    @Test
    void aLongKeyIsNotKeptAndNoneIfThereIsNoRoom() {
        Bytes longKey = Bytes.wrap(new byte[257]);
        RecentKeys recent = new RecentKeys(4);
        recent.written(longKey, version(1));
        assertThat(recent.find(longKey)).isEmpty();
        RecentKeys none = new RecentKeys(0);
        none.written(Bytes.utf8("key"), version(1));
        assertThat(none.find(Bytes.utf8("key"))).isEmpty();
    }
}
