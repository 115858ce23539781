package io.quorate.server.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What members ask the leader for, and what it answers, as bytes. */
class MemberChangeTest {

    private static final MemberId ONE = new MemberId(1);
    private static final List<String> URLS = List.of("http://a:1", "http://b:2");

    static List<MemberChange> changes() {
        return List.of(
                new MemberChange.Add(ONE, URLS, true),
                new MemberChange.Add(ONE, URLS, true, true),
                new MemberChange.Add(new MemberId(-1), List.of("http://a:1"), false),
                new MemberChange.Remove(ONE),
                new MemberChange.Update(ONE, URLS),
                new MemberChange.Promote(ONE),
                new MemberChange.Prefer(ONE, 0),
                new MemberChange.Prefer(ONE, Integer.MAX_VALUE),
                new MemberChange.Together(new TreeSet<>(), new TreeSet<>(), List.of()),
                new MemberChange.Step(-1, new MemberChange.Remove(ONE)),
                new MemberChange.Step(
                        42, new MemberChange.Together(new TreeSet<>(Set.of(ONE)), new TreeSet<>(), List.of())),
                new MemberChange.Together(
                        new TreeSet<>(Set.of(ONE, new MemberId(2))),
                        new TreeSet<>(Set.of(new MemberId(-3))),
                        List.of(
                                new MemberChange.Remove(ONE),
                                new MemberChange.Add(new MemberId(4), URLS, true),
                                new MemberChange.Promote(new MemberId(-3)))));
    }

    @ParameterizedTest
    @MethodSource("changes")
    void aChangeIsUnderstoodAsItWasMeant(MemberChange change) {
        assertThat(MemberChange.isOne(change.encoded())).isTrue();
        assertThat(MemberChange.decode(change.encoded())).isEqualTo(change);
    }

    @Test
    void whatIsNoChangeIsNotTakenForOne() {
        ByteBuffer unknown = new MemberChange.Promote(ONE).encoded().put(1, (byte) 99);
        ByteBuffer nested = ByteBuffer.allocate(18)
                .put(MemberChange.CODE)
                .put((byte) 7)
                .putInt(0)
                .putInt(0)
                .putInt(1000)
                .putInt(0)
                .flip();
        ByteBuffer cutOff = new MemberChange.Prefer(ONE, 7).encoded();
        cutOff.limit(cutOff.limit() - 1);
        ByteBuffer step = new MemberChange.Step(1, new MemberChange.Remove(ONE)).encoded();
        ByteBuffer ofAStep = ByteBuffer.allocate(10 + step.remaining())
                .put(step.duplicate().limit(10))
                .put(step)
                .flip();
        for (ByteBuffer bytes :
                List.of(ByteBuffer.allocate(0), ByteBuffer.allocate(10), unknown, nested, cutOff, ofAStep)) {
            assertThatThrownBy(() -> MemberChange.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(MemberChange.isOne(ByteBuffer.allocate(0))).isFalse();
        assertThat(MemberChange.isOne(ByteBuffer.allocate(9).put(0, (byte) 1))).isFalse();
    }

    /** Whoever takes them for changes needs a stack for each: 15,000 are in a frame of 200 KB, of which peers may send far larger ones. */
    @Test
    void changesWithinChangesWithinChangesAreNotFollowed() {
        byte[] change = new MemberChange.Remove(ONE).encoded().array();
        int each = 2 + 3 * Integer.BYTES;
        int depth = 15_000;
        ByteBuffer nested = ByteBuffer.allocate(depth * each + change.length);
        for (int left = depth; left > 0; left--) {
            nested.put(MemberChange.CODE).put((byte) 7).putInt(0).putInt(0);
            nested.putInt((left - 1) * each + change.length);
        }
        nested.put(change).flip();
        assertThatThrownBy(() -> MemberChange.decode(nested)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theOutcomeIsToldAsItIs() {
        Changed changed = new Changed(Configuration.of(new TreeMap<>(Map.of(ONE, URLS))));

        assertThat(Changed.decode(changed.encoded())).isEqualTo(changed);
        assertThatThrownBy(() -> Changed.decode(Changed.encoded(Status.NOT_FOUND.withDescription("nobody"))))
                .isInstanceOfSatisfying(StatusRuntimeException.class, refused -> {
                    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                    assertThat(refused.getStatus().getDescription()).isEqualTo("nobody");
                });
        assertThatThrownBy(() -> Changed.decode(Changed.unknown())).isInstanceOf(RaftException.OutcomeUnknown.class);
        for (ByteBuffer bytes :
                List.of(ByteBuffer.allocate(0), ByteBuffer.wrap(new byte[] {1, 0}), ByteBuffer.wrap(new byte[] {9}))) {
            assertThatThrownBy(() -> Changed.decode(bytes)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
