package io.quorate.engine.detection;

import io.quorate.core.Suspicion;
import io.quorate.core.quorum.MemberId;

/**
 * Something that was detected once.
 *
 * @param what a part of a sentence whose subject is the source
 */
public record Detection(DetectionKind kind, Source source, String what) {

    /** Whose doing it was, as far as that is known. */
    public sealed interface Source {

        /** As people read it. */
        String text();
    }

    /** A member, as its connection was let in. */
    public record Member(MemberId id) implements Source {
        @Override
        public String text() {
            return "member " + id;
        }
    }

    /** Somebody of whom nothing is certain but where he is: whatever else he says he may make up. */
    public record Address(String host) implements Source {
        @Override
        public String text() {
            return host;
        }
    }

    /** What the core has against what a member has said. */
    public static Detection of(MemberId from, Suspicion suspicion) {
        return ofMember(DetectionKind.of(suspicion.kind()), from, suspicion.what());
    }

    public static Detection ofMember(DetectionKind kind, MemberId member, String what) {
        return new Detection(kind, new Member(member), what);
    }
}
