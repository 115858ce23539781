package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames are found in whatever pieces their bytes come. */
class FrameScannerTest {

    private static final int PREFACE = 24;

    private final FrameScanner scanner = new FrameScanner(PREFACE);
    private final List<String> frames = new ArrayList<>();

    private void scan(byte[] bytes) {
        scanner.scan(
                Unpooled.wrappedBuffer(bytes), (type, flags, length) -> frames.add(type + "/" + flags + "/" + length));
    }

    private void scanInPieces(byte[] bytes, int pieceBytes) {
        for (int at = 0; at < bytes.length; at += pieceBytes) {
            scanner.scan(
                    Unpooled.wrappedBuffer(bytes, at, Math.min(pieceBytes, bytes.length - at)),
                    (type, flags, length) -> frames.add(type + "/" + flags + "/" + length));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 8, 9, 10, 33, 1000, 100_000})
    void inPiecesOfAnySize(int pieceBytes) {
        byte[] bytes = RawHttp2.concat(
                new byte[PREFACE],
                RawHttp2.frame(RawHttp2.SETTINGS, 0, 0, new byte[12]),
                RawHttp2.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS, 1, new byte[300]),
                RawHttp2.frame(RawHttp2.DATA, 0, 1, new byte[70_000]),
                RawHttp2.frame(RawHttp2.DATA, RawHttp2.END_STREAM, 1, new byte[0]),
                RawHttp2.frame(RawHttp2.PING, 0, 0, new byte[8]));

        scanInPieces(bytes, pieceBytes);

        assertThat(frames).containsExactly("4/0/12", "1/4/300", "0/0/70000", "0/1/0", "6/0/8");
        assertThat(scanner.owesMore()).isFalse();
    }

    @Test
    void whatHasBegunIsOwed() {
        assertThat(scanner.owesMore()).as("the preface").isTrue();
        scan(new byte[PREFACE]);
        assertThat(scanner.owesMore()).isFalse();

        scan(new byte[] {0, 0});
        assertThat(scanner.owesMore()).as("the rest of a header").isTrue();
        scan(new byte[] {8, 6, 0, 0, 0, 0, 0});
        assertThat(scanner.owesMore()).as("what follows the header").isTrue();
        scan(new byte[8]);
        assertThat(scanner.owesMore()).isFalse();
    }

    @Test
    void headersAreOneThingInHoweverManyFrames() {
        scan(new byte[PREFACE]);
        scan(RawHttp2.frame(RawHttp2.HEADERS, 0, 1, new byte[3]));
        long begun = scanner.begun();
        for (int i = 0; i < 10; i++) {
            scan(RawHttp2.frame(RawHttp2.CONTINUATION, 0, 1, new byte[1]));
            assertThat(scanner.owesMore()).isTrue();
            assertThat(scanner.begun()).isEqualTo(begun);
        }
        scan(RawHttp2.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 1, new byte[1]));
        assertThat(scanner.owesMore()).isFalse();

        scan(RawHttp2.frame(RawHttp2.HEADERS, 0, 3, new byte[3]));
        assertThat(scanner.begun()).isEqualTo(begun + 1);
    }
}
