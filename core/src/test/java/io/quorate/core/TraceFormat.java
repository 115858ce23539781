package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Writes events, effects and messages the way people like to read them in a trace. */
final class TraceFormat {

    private TraceFormat() {}

    static String event(Event event) {
        return switch (event) {
            case Event.Received received -> "<- " + received.from() + " " + text(received.message());
            default -> text(event);
        };
    }

    static String effect(Effect effect) {
        return switch (effect) {
            case Effect.Send send -> "-> " + send.to() + " " + text(send.message());
            case Effect.SendAfterSync send -> "~> " + send.to() + " " + text(send.message()) + " (after sync)";
            default -> text(effect);
        };
    }

    private static String text(Object value) {
        return switch (value) {
            case EntryId id -> id.toString();
            case MemberId id -> id.toString();
            case EntryBatch batch -> text(batch);
            case Configuration configuration -> text(configuration);
            case Optional<?> optional -> optional.map(TraceFormat::text).orElse("none");
            case Collection<?> many -> many.stream().map(TraceFormat::text).collect(Collectors.joining(" "));
            case Record composite -> text(composite);
            default -> value.toString();
        };
    }

    private static String text(EntryBatch batch) {
        if (batch.isEmpty()) {
            return "none";
        }
        List<String> runs = new ArrayList<>();
        long first = batch.firstIndex();
        for (EntryBatch.TermRun run : batch.terms()) {
            String from = run.term() + "/" + first;
            runs.add(first == run.lastIndex() ? from : from + ".." + run.lastIndex());
            first = run.lastIndex() + 1;
        }
        return String.join(",", runs);
    }

    private static String text(Configuration configuration) {
        String text = "{" + text(configuration.voters());
        if (configuration.isJoint()) {
            text += " outgoing " + text(configuration.outgoingVoters());
        }
        if (!configuration.learners().isEmpty()) {
            text += " learners " + text(configuration.learners());
        }
        return text + "}";
    }

    private static String text(Record composite) {
        StringBuilder text = new StringBuilder(composite.getClass().getSimpleName());
        for (RecordComponent component : composite.getClass().getRecordComponents()) {
            try {
                Object value = component.getAccessor().invoke(composite);
                text.append(' ').append(component.getName()).append('=').append(text(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException(e);
            }
        }
        return text.toString();
    }
}
