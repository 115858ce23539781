package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.RandomFrames;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** What peers say to each other before the first frame, which whoever reaches the port may say. */
public final class HandshakeFuzzTargets implements FuzzTargets {

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(hello(), answer(), inquiryAnswer(), address());
    }

    private static FuzzTarget<?> hello() {
        return FuzzTarget.of(
                        "handshake-hello",
                        random -> bytes(hello(random)),
                        input -> read(input, Handshake.Hello::length, Handshake.Hello::read),
                        IOException.class)
                .writtenBy(HandshakeFuzzTargets::bytes);
    }

    private static Handshake.Hello hello(SplittableRandom random) {
        short version = (short) (1 + random.nextInt(4));
        // Earlier versions end before the storages; what this release writes behind is not read then.
        return new Handshake.Hello(
                version,
                random.nextLong(),
                random.nextLong(),
                random.nextInt(4) == 0 ? 0 : random.nextLong(),
                addresses(random),
                version < Handshake.VERSION ? 0 : random.nextLong(),
                version < Handshake.VERSION ? 0 : random.nextLong());
    }

    private static List<String> addresses(SplittableRandom random) {
        return switch (random.nextInt(3)) {
            case 0 -> List.of();
            case 1 -> List.of("host-" + random.nextInt() + ":2380");
            default -> List.of("http://[::1]:2380", "\u00fc:1", "https://10.0.0." + random.nextInt(300) + ":99999");
        };
    }

    private static byte[] bytes(Handshake.Hello hello) {
        ByteBuf out = Unpooled.buffer();
        hello.write(out);
        return ByteBufUtil.getBytes(out);
    }

    /** As {@link HandshakeDecoder} does, once enough has arrived. */
    private static <T> T read(byte[] input, ToIntFunction<ByteBuf> length, Function<ByteBuf, T> reader)
            throws IOException {
        ByteBuf in = Unpooled.wrappedBuffer(input);
        if (!Handshake.mayBegin(in) || in.readableBytes() < length.applyAsInt(in)) {
            throw new IOException("it is none, or not all of one");
        }
        return reader.apply(in.skipBytes(Long.BYTES));
    }

    private static FuzzTarget<?> answer() {
        return FuzzTarget.of(
                        "handshake-answer",
                        random -> bytes(answer(random)),
                        input -> read(input, Handshake.Answer::length, Handshake.Answer::read),
                        IOException.class)
                .writtenBy(HandshakeFuzzTargets::bytes, answer -> answer + answer.reason());
    }

    private static Handshake.Answer answer(SplittableRandom random) {
        return random.nextBoolean()
                ? Handshake.Answer.accepting(random.nextLong(), new MemberId(random.nextLong() | 1), random.nextLong())
                : Handshake.Answer.refusing(Handshake.Refusal.CLUSTER, random.nextLong(), new MemberId(1));
    }

    private static byte[] bytes(Handshake.Answer answer) {
        ByteBuf out = Unpooled.buffer();
        answer.write(out);
        return ByteBufUtil.getBytes(out);
    }

    private static FuzzTarget<?> inquiryAnswer() {
        return FuzzTarget.of(
                        "inquiry-answer",
                        random -> bytes(inquiryAnswer(random)),
                        input -> InquiryAnswer.decode(ByteBuffer.wrap(input)),
                        IOException.class)
                .within(4096, 64 << 10, 128)
                .writtenBy(HandshakeFuzzTargets::bytes);
    }

    private static InquiryAnswer inquiryAnswer(SplittableRandom random) {
        Map<MemberId, Long> storages = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            storages.put(new MemberId(random.nextLong() | 1), random.nextLong());
        }
        return new InquiryAnswer(
                new RandomFrames(random.nextLong(), 0).configuration(),
                random.nextBoolean(),
                random.nextBoolean(),
                storages,
                addresses(random));
    }

    private static byte[] bytes(InquiryAnswer answer) {
        ByteBuffer encoded = answer.encode();
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    private static FuzzTarget<?> address() {
        return FuzzTarget.<InetSocketAddress>of(
                        "peer-address",
                        random -> String.join("\n", addresses(random)).getBytes(StandardCharsets.UTF_8),
                        input -> PeerAddress.parse(new String(input, StandardCharsets.UTF_8))
                                .orElseThrow(() -> new IOException("it is none")),
                        IOException.class)
                .ofText();
    }
}
