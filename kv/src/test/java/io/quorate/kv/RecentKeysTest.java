package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
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
    void allThatIsKnownOfAVersionIsKept() {
        CurrentVersion current = new CurrentVersion(9, 2, new Version(false, 3, 4, 5, Bytes.empty()));
        DigestSum hash = new DigestSum(-1, 2, -3, 4);
        RecentKeys recent = new RecentKeys(4);
        for (OptionalLong epoch : List.of(OptionalLong.empty(), OptionalLong.of(0), OptionalLong.of(7))) {
            NewestVersion newest = new NewestVersion(current, Optional.of(new NewestVersion.Written(hash, -6, epoch)));
            recent.written(Bytes.utf8("key"), newest);
            assertThat(recent.find(Bytes.utf8("key"))).hasValue(newest);
        }
        recent.written(Bytes.utf8("key"), NewestVersion.fromIndex(current));
        assertThat(recent.find(Bytes.utf8("key"))).hasValue(NewestVersion.fromIndex(current));
    }

    /** "Aa" and "BB" have the same hash, as strings and as bytes. */
    @Test
    void keysOfTheSameHashAreToldApart() {
        RecentKeys recent = new RecentKeys(2);
        recent.written(Bytes.utf8("Aa"), version(1));
        assertThat(Bytes.utf8("Aa")).hasSameHashCodeAs(Bytes.utf8("BB"));
        assertThat(recent.find(Bytes.utf8("BB"))).isEmpty();
        recent.written(Bytes.utf8("BB"), version(2));
        assertThat(recent.find(Bytes.utf8("Aa"))).hasValue(version(1));
        assertThat(recent.find(Bytes.utf8("BB"))).hasValue(version(2));
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
