package io.quorate.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * The bytes that stand for what a member has published, in the log and in the store. A zone stands at their end, and only if there
 * is one: so those of a member without a zone are what earlier releases have written.
 */
final class MemberCodec {
    private MemberCodec() {}

    static void write(ByteWriter out, PublishMember member) {
        out.varint(member.memberId());
        out.text(member.name());
        out.varint(member.clientUrls().size());
        for (String url : member.clientUrls()) {
            out.text(url);
        }
        if (!member.zone().isEmpty()) {
            out.text(member.zone());
        }
    }

    static PublishMember read(ByteReader in) throws DecodeException {
        long memberId = in.varint();
        String name = in.text();
        int count = in.count();
        List<String> clientUrls = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            clientUrls.add(in.text());
        }
        String zone = "";
        if (in.remaining() > 0) {
            zone = in.text();
            if (zone.isEmpty()) {
                throw new DecodeException("a zone that is empty is not written");
            }
        }
        return new PublishMember(memberId, name, clientUrls, zone);
    }
}
