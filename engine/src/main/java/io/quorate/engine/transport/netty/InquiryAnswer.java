package io.quorate.engine.transport.netty;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a member tells whoever asks at its peer port, behind the answer of the {@link Handshake}.
 *
 * <p>Big endian: {@code int bytes} of all that follows; {@code int bytes} of the configuration, and that; {@code byte flags}: 1 if the
 * member takes part, 2 if it was never connected with another; {@code int count} and so many {@code long member, long storage}; and
 * the URLs for clients, in UTF-8, one a line.
 *
 * @param members the configuration that is in force there
 * @param admitted whether the member takes part
 * @param alone whether it was never connected with another one
 * @param storages what it remembers of the others' storages
 * @param clientUrls where it serves clients
 */
record InquiryAnswer(
        Configuration members, boolean admitted, boolean alone, Map<MemberId, Long> storages, List<String> clientUrls) {

    private static final String SEPARATOR = "\n";
    private static final int ADMITTED = 1;
    private static final int ALONE = 2;

    InquiryAnswer {
        storages = Map.copyOf(storages);
        clientUrls = List.copyOf(clientUrls);
    }

    /** Without the length. */
    ByteBuffer encode() {
        ByteBuffer configuration = ConfigurationCodec.encode(members);
        byte[] urls = String.join(SEPARATOR, clientUrls).getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(Integer.BYTES
                + configuration.remaining()
                + 1
                + Integer.BYTES
                + storages.size() * 2 * Long.BYTES
                + urls.length);
        out.putInt(configuration.remaining()).put(configuration);
        out.put((byte) ((admitted ? ADMITTED : 0) | (alone ? ALONE : 0)));
        out.putInt(storages.size());
        storages.forEach((member, storage) -> out.putLong(member.value()).putLong(storage));
        return out.put(urls).flip();
    }

    /** @throws IOException if it is none */
    static InquiryAnswer decode(ByteBuffer in) throws IOException {
        try {
            int bytes = in.getInt();
            if (bytes < 0 || bytes > in.remaining()) {
                throw new IOException("a configuration of " + bytes + " bytes is claimed");
            }
            Configuration members = ConfigurationCodec.decode(in.slice(in.position(), bytes));
            in.position(in.position() + bytes);
            int flags = in.get();
            int count = in.getInt();
            Map<MemberId, Long> storages = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                storages.put(new MemberId(in.getLong()), in.getLong());
            }
            String urls = StandardCharsets.UTF_8.decode(in).toString();
            return new InquiryAnswer(
                    members,
                    (flags & ADMITTED) != 0,
                    (flags & ALONE) != 0,
                    storages,
                    urls.isEmpty() ? List.of() : List.of(urls.split(SEPARATOR, -1)));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("an answer to an inquiry is not what it claims to be", e);
        }
    }
}
