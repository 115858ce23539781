package io.quorate.server.grey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a leader gives way, look by look, in virtual time. */
class GivingWayTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final MemberId TWO = new MemberId(2);
    private static final MemberId THREE = new MemberId(3);
    private static final double FINE = 0.1;
    private static final double BAD = 0.7;

    private long now = -11;
    private final GivingWay givingWay = new GivingWay(TIMEOUT);
    private final List<MemberId> tried = new ArrayList<>();

    private static Bulletin well(MemberId member, double score) {
        return new Bulletin(member, score, false, false, false);
    }

    private Optional<MemberId> look(double own, Bulletin... heirs) {
        now += TIMEOUT.toNanos();
        return givingWay.look(now, own, true, Arrays.asList(heirs)).map(Bulletin::member);
    }

    /** Looks until it gives way, which is tried then; returns how many looks that took, or the most if it does not. */
    private int looksUntilTried(int most, double own, Bulletin... heirs) {
        for (int looks = 1; looks <= most; looks++) {
            Optional<MemberId> heir = look(own, heirs);
            if (heir.isPresent()) {
                givingWay.tried(now, heir.get());
                tried.add(heir.get());
                return looks;
            }
        }
        return most;
    }

    /** Nobody knows why it did not take over; so the others come first. */
    @Test
    void whoWasTriedInVainIsPassedOverUntilAllOthersWere() {
        for (int i = 0; i < 5; i++) {
            looksUntilTried(5_000, BAD, well(TWO, FINE), well(THREE, 0.2));
        }
        assertThat(tried).containsExactly(TWO, THREE, TWO, THREE, TWO);
        for (int i = 0; i < 2; i++) {
            looksUntilTried(5_000, BAD, well(TWO, FINE));
        }
        assertThat(tried).as("if there are no others").endsWith(TWO, TWO);
    }

    @Test
    void whoCouldNotLeadIsGivenNothing() {
        Bulletin fenced = new Bulletin(TWO, 0, false, false, true);
        assertThat(looksUntilTried(100, BAD, fenced)).isEqualTo(100);
        looksUntilTried(100, BAD, fenced, well(THREE, FINE));
        assertThat(tried).containsExactly(THREE);
    }

    @Test
    void aLeaderThatAilsGivesWayToTheBestOfThoseThatAreClearlyBetter() {
        for (int i = 1; i < Endurance.LOOKS; i++) {
            assertThat(look(BAD, well(TWO, 0.2), well(THREE, FINE))).isEmpty();
            assertThat(givingWay.ailing()).isFalse();
        }
        assertThat(look(BAD, well(TWO, 0.2), well(THREE, FINE))).contains(THREE);
        assertThat(givingWay.ailing()).isTrue();
    }

    @Test
    void oneGoodLookAmongBadOnesBeginsTheCountAnew() {
        for (int round = 0; round < 5; round++) {
            for (int i = 1; i < Endurance.LOOKS; i++) {
                assertThat(look(BAD, well(TWO, FINE))).isEmpty();
            }
            assertThat(look(Endurance.BAD - 0.01, well(TWO, FINE))).isEmpty();
        }
        assertThat(givingWay.ailing()).isFalse();
    }

    @Test
    void ifAllAreEquallyBadNothingHappens() {
        assertThat(looksUntilTried(500, BAD, well(TWO, BAD), well(THREE, BAD - GivingWay.MARGIN + 0.01)))
                .isEqualTo(500);
        assertThat(givingWay.ailing()).isTrue();
    }

    @Test
    void whoIsBetterNowAndThenIsNotTakenForBetter() {
        for (int i = 0; i < 200; i++) {
            assertThat(look(BAD, well(TWO, i % Endurance.LOOKS == 0 ? BAD : FINE)))
                    .isEmpty();
        }
    }

    @Test
    void whoAilsOrRestsOrTellsNothingIsGivenNothing() {
        assertThat(looksUntilTried(
                        100, 1, new Bulletin(TWO, 0, true, false, false), new Bulletin(THREE, 0, false, true, false)))
                .isEqualTo(100);
        assertThat(looksUntilTried(100, 1)).isEqualTo(100);
    }

    /** What others are like counts from when this member leads: before, they have told somebody else. */
    @Test
    void oneThatAilsWhenItBeginsToLeadLooksAtTheOthersFirst() {
        assertThat(looksUntilTried(50, BAD)).isEqualTo(50);
        assertThat(looksUntilTried(50, BAD, well(TWO, FINE))).isEqualTo(Endurance.LOOKS);
    }

    @Test
    void eachTimeItWaitsTwiceAsLongBeforeTheNextUpToABound() {
        assertThat(looksUntilTried(50, BAD, well(TWO, FINE))).isEqualTo(Endurance.LOOKS);
        List<Integer> waits = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            waits.add(looksUntilTried(5_000, BAD, well(TWO, FINE)));
        }
        assertThat(waits).containsExactly(16, 32, 64, 128, 256, 512, 1_024, 1_024, 1_024);
    }

    @Test
    void whoHasGivenWayRestsAndSaysSo() {
        looksUntilTried(50, BAD, well(TWO, FINE));
        assertThat(givingWay.restsFor(now)).isEqualTo(TIMEOUT.multipliedBy(GivingWay.FIRST_REST_TIMEOUTS));
        for (int i = 1; i < GivingWay.FIRST_REST_TIMEOUTS; i++) {
            look(FINE);
            assertThat(givingWay.rests(now)).isTrue();
        }
        look(FINE);
        assertThat(givingWay.rests(now)).isFalse();
        assertThat(givingWay.ailing()).as("it has been well for long enough").isFalse();
    }

    @Test
    void itIsWellAgainOnlyAfterAsManyGoodLooks() {
        looksUntilTried(50, BAD);
        for (int i = 1; i < Endurance.LOOKS; i++) {
            look(FINE);
        }
        look(Endurance.GOOD);
        assertThat(givingWay.ailing())
                .as("what is neither good nor bad begins the count anew")
                .isTrue();
        for (int i = 0; i < Endurance.LOOKS; i++) {
            assertThat(givingWay.ailing()).isTrue();
            look(FINE);
        }
        assertThat(givingWay.ailing()).isFalse();
    }

    @Test
    void afterALongTimeOfHealthAsTheLeaderItBeginsAnew() {
        looksUntilTried(50, BAD, well(TWO, FINE));
        looksUntilTried(50, BAD, well(TWO, FINE));
        assertThat(givingWay.restsFor(now)).isEqualTo(TIMEOUT.multipliedBy(32));
        for (int i = 0; i < 2 * GivingWay.LONGEST_REST_TIMEOUTS; i++) {
            now += TIMEOUT.toNanos();
            assertThat(givingWay.look(now, FINE, false, List.of())).isEmpty();
        }
        looksUntilTried(50, BAD, well(TWO, FINE));
        assertThat(givingWay.restsFor(now))
                .as("to be well while others lead proves nothing")
                .isEqualTo(TIMEOUT.multipliedBy(64));
        for (int i = 0; i < GivingWay.LONGEST_REST_TIMEOUTS + Endurance.LOOKS; i++) {
            look(FINE);
        }
        assertThat(looksUntilTried(50, BAD, well(TWO, FINE))).isEqualTo(Endurance.LOOKS);
        assertThat(givingWay.restsFor(now)).isEqualTo(TIMEOUT.multipliedBy(GivingWay.FIRST_REST_TIMEOUTS));
    }

    /** Where leading is what makes a member ail, the leadership goes round more and more slowly. */
    @Test
    void membersThatAilAsSoonAsTheyLeadGoRoundMoreAndMoreSlowly() {
        List<GivingWay> members = List.of(new GivingWay(TIMEOUT), new GivingWay(TIMEOUT), new GivingWay(TIMEOUT));
        int leader = 0;
        int handOvers = 0;
        for (int look = 0; look < 10_000; look++) {
            now += TIMEOUT.toNanos();
            List<Bulletin> bulletins = new ArrayList<>();
            for (int i = 0; i < members.size(); i++) {
                GivingWay one = members.get(i);
                if (i != leader) {
                    var unused = one.look(now, FINE, false, List.of());
                    bulletins.add(new Bulletin(new MemberId(i + 1), FINE, one.ailing(), one.rests(now), false));
                }
            }
            Optional<Bulletin> heir = members.get(leader).look(now, BAD, true, bulletins);
            if (heir.isPresent()) {
                members.get(leader).tried(now, heir.get().member());
                leader = (int) heir.get().member().value() - 1;
                handOvers++;
            }
        }
        // Each of the three rests 16, 32, ..., 1,024 election timeouts, and as long as that from then on.
        assertThat(handOvers).isBetween(3 * 7, 3 * (7 + 10_000 / GivingWay.LONGEST_REST_TIMEOUTS));
    }

    @Test
    void aBulletinIsReadAsItWasWrittenAndWhatIsAddedLaterIsSkipped() {
        for (boolean ailing : List.of(true, false)) {
            for (boolean resting : List.of(true, false)) {
                Bulletin bulletin = new Bulletin(new MemberId(-5), 0.25, ailing, resting, ailing ^ resting);
                ByteBuffer encoded = bulletin.encoded();
                assertThat(Bulletin.isOne(encoded)).isTrue();
                assertThat(Bulletin.decode(encoded)).isEqualTo(bulletin);
                ByteBuffer longer = ByteBuffer.allocate(encoded.remaining() + 3);
                longer.put(encoded.duplicate()).rewind();
                assertThat(Bulletin.decode(longer)).isEqualTo(bulletin);
                ByteBuffer shorter = encoded.slice(0, encoded.remaining() - 1);
                assertThatThrownBy(() -> Bulletin.decode(shorter)).hasMessageContaining("does not know");
            }
        }
        assertThatThrownBy(() -> Bulletin.decode(new Bulletin(TWO, Double.NaN, false, false, false).encoded()))
                .hasMessageContaining("NaN");
        assertThat(Bulletin.isOne(ByteBuffer.allocate(0))).isFalse();
    }

    @Test
    void silenceIsNoSignOfHealth() {
        Bulletins bulletins = new Bulletins();
        bulletins.heard(new Bulletin(TWO, BAD, true, false, false), 0);
        bulletins.heard(well(THREE, FINE), 0);
        assertThat(bulletins.of(THREE, 100, 100)).contains(well(THREE, FINE));
        assertThat(bulletins.of(THREE, 101, 100))
                .as("too old to say that it is well")
                .isEmpty();
        assertThat(bulletins.unwell()).as("not too old to say that it is not").containsExactly(TWO);
        bulletins.heard(well(TWO, FINE), 200);
        assertThat(bulletins.unwell()).isEmpty();
        bulletins.heard(new Bulletin(TWO, FINE, false, true, false), 300);
        bulletins.keep(Set.of(THREE));
        assertThat(bulletins.unwell()).isEmpty();
    }
}
