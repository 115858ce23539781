package io.quorate.engine;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerFrame;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a leader remembers of the commands that other members handed to it in its term, so that a frame that the network
 * brings twice is answered twice and appended once.
 *
 * <p>A frame names the term of the leader that it is for. One of any other term than the last that this member led in, in
 * this life, is left without an answer: an earlier life may have appended it, and whoever sent it learns its fate from the
 * next leader or by waiting.
 */
final class ForwardMemory {

    /** Frames remembered; older ones are still known to be old. */
    private static final int MAX_FRAMES = 8192;

    private record Key(MemberId sender, long requestId) {}

    private final LinkedHashMap<Key, PeerFrame> answers = new LinkedHashMap<>();

    /** For each life of a sender: the highest of its ids that is remembered no more. */
    private final Map<Key, Long> forgotten = new HashMap<>();

    private long ledTerm;

    /** This member leads in a new term. */
    void begin(long term) {
        if (term != ledTerm) {
            ledTerm = term;
            answers.clear();
            forgotten.clear();
        }
    }

    /** What is to be done with a frame. */
    sealed interface Finding {}

    /** It has not been here before. */
    record New() implements Finding {}

    /** It was here before, and this was the answer. */
    record Answered(PeerFrame answer) implements Finding {}

    /** It may have been appended: it must be neither appended nor refused. */
    record Undecidable() implements Finding {}

    Finding find(MemberId sender, PeerFrame.Forward frame) {
        if (frame.term() != ledTerm) {
            return new Undecidable();
        }
        Optional<PeerFrame> answer = Optional.ofNullable(answers.get(new Key(sender, frame.firstRequestId())));
        if (answer.isPresent()) {
            return new Answered(answer.get());
        }
        boolean old = frame.firstRequestId() <= forgotten.getOrDefault(life(sender, frame.firstRequestId()), -1L);
        return old ? new Undecidable() : new New();
    }

    void remember(MemberId sender, PeerFrame.Forward frame, PeerFrame answer) {
        answers.put(new Key(sender, frame.firstRequestId()), answer);
        if (answers.size() > MAX_FRAMES) {
            Key oldest = answers.firstEntry().getKey();
            answers.remove(oldest);
            forgotten.merge(life(oldest.sender, oldest.requestId), oldest.requestId, Math::max);
        }
    }

    private static Key life(MemberId sender, long requestId) {
        return new Key(sender, requestId >>> Proposals.REQUEST_ID_BITS);
    }
}
