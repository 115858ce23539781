package io.quorate.simulator.history;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The fields of one object in a history: each is asked for by its name and kind, and what was not asked for is refused. */
final class JsonFields {

    /** For remarks: never looked at. */
    private static final String NOTE = "note";

    private final JsonObject object;
    private final long line;
    private final String where;
    private final Set<String> asked = new HashSet<>(Set.of(NOTE));

    /** @param where what the object is, for sentences about it */
    JsonFields(JsonObject object, long line, String where) {
        this.object = object;
        this.line = line;
        this.where = where;
    }

    boolean has(String name) {
        asked.add(name);
        return object.has(name);
    }

    private JsonElement get(String name) throws BadHistoryException {
        if (!has(name)) {
            throw wrong(where + " has no field \"" + name + "\": add it");
        }
        return object.get(name);
    }

    /** Text; a number or a truth value counts as the text that it is written as. */
    String text(String name) throws BadHistoryException {
        return optionalText(name)
                .orElseThrow(() -> wrong("the field \"" + name + "\" is null: it must be text or a number"));
    }

    /** Text, or null for a key that does not exist. */
    Optional<String> optionalText(String name) throws BadHistoryException {
        return text(get(name), name);
    }

    private Optional<String> text(JsonElement element, String name) throws BadHistoryException {
        if (element.isJsonNull()) {
            return Optional.empty();
        }
        if (!element.isJsonPrimitive()) {
            throw wrong("the field \"" + name + "\" is " + element + ": it must be text, a number or null");
        }
        return Optional.of(element.getAsString());
    }

    long number(String name) throws BadHistoryException {
        JsonElement element = get(name);
        try {
            if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isNumber()) {
                return Long.parseLong(element.getAsString());
            }
        } catch (NumberFormatException e) {
            // Said below: it is a number, but not a whole one that fits.
        }
        throw wrong("the field \"" + name + "\" is " + element + ": it must be a whole number of at most 64 bits");
    }

    boolean truth(String name) throws BadHistoryException {
        JsonElement element = get(name);
        if (element.isJsonPrimitive() && element.getAsJsonPrimitive().isBoolean()) {
            return element.getAsBoolean();
        }
        throw wrong("the field \"" + name + "\" is " + element + ": it must be true or false");
    }

    /** The texts or nulls of a list; none if there is no such field. */
    List<Optional<String>> texts(String name) throws BadHistoryException {
        List<Optional<String>> texts = new ArrayList<>();
        for (JsonElement element : list(name)) {
            texts.add(text(element, name));
        }
        return texts;
    }

    /** The objects of a list; none if there is no such field. */
    List<JsonFields> objects(String name) throws BadHistoryException {
        List<JsonFields> objects = new ArrayList<>();
        for (JsonElement element : list(name)) {
            if (!element.isJsonObject()) {
                throw wrong("the field \"" + name + "\" holds " + element + ": it must be a list of objects");
            }
            objects.add(new JsonFields(element.getAsJsonObject(), line, "an object in \"" + name + "\""));
        }
        return objects;
    }

    private JsonArray list(String name) throws BadHistoryException {
        if (!has(name)) {
            return new JsonArray();
        }
        if (!object.get(name).isJsonArray()) {
            throw wrong("the field \"" + name + "\" is " + object.get(name) + ": it must be a list");
        }
        return object.getAsJsonArray(name);
    }

    /** Refuses fields that nobody has asked for: a misspelt name would change what is judged. */
    void refuseOthers() throws BadHistoryException {
        for (String name : object.keySet()) {
            if (!asked.contains(name)) {
                throw wrong(where + " has the field \"" + name
                        + "\", which has no meaning here: correct its name, or call it \"" + NOTE + "\"");
            }
        }
    }

    BadHistoryException wrong(String what) {
        return new BadHistoryException(line, what);
    }
}
