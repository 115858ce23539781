package io.quorate.server.report;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A {@link MemberReport} as JSON, and back. What another release has added to it is skipped. */
public final class ReportJson {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .registerTypeAdapterFactory(new OptionalFields())
            .create();

    private ReportJson() {}

    public static String write(MemberReport report) {
        return GSON.toJson(report);
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if the text is no report
     */
    public static MemberReport read(String json) {
        try {
            MemberReport report = GSON.fromJson(json, MemberReport.class);
            if (report != null) {
                return report;
            }
        } catch (RuntimeException e) {
            // Gson throws whatever a record's constructor throws, wrapped.
            throw new IllegalArgumentException("this is no member's report: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("this is no member's report: it is empty");
    }

    /** What is empty is left out. */
    private static final class OptionalFields implements TypeAdapterFactory {

        @Override
        @SuppressWarnings("unchecked") // The type asked for is the type of the adapter.
        public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (type.getRawType() != Optional.class) {
                return null;
            }
            Type content = ((ParameterizedType) type.getType()).getActualTypeArguments()[0];
            return (TypeAdapter<T>) new OptionalAdapter<>(gson.getAdapter(TypeToken.get(content)));
        }
    }

    private static final class OptionalAdapter<T> extends TypeAdapter<Optional<T>> {

        private final TypeAdapter<T> content;

        OptionalAdapter(TypeAdapter<?> content) {
            @SuppressWarnings("unchecked") // It was asked for by the optional's own type argument.
            TypeAdapter<T> typed = (TypeAdapter<T>) content;
            this.content = typed;
        }

        @Override
        public void write(JsonWriter out, Optional<T> value) throws IOException {
            if (value.isPresent()) {
                content.write(out, value.get());
            } else {
                out.nullValue();
            }
        }

        @Override
        public Optional<T> read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Optional.empty();
            }
            return Optional.of(content.read(in));
        }
    }
}
