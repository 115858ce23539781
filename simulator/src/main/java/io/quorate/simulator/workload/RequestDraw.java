package io.quorate.simulator.workload;

import io.quorate.kv.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Draws what one client asks for: registers, compare-and-set, counters, transfers between two keys, and sets. What is
 * written is never written twice, so that a read tells whose write it saw.
 */
final class RequestDraw {

    private static final int KEYS = 4;
    private static final int SET_SIZE = 5;
    private static final int GARBAGE_ONE_IN = 40;

    private final int client;
    private final SplittableRandom random;
    private long values;

    /** What this client saw last: what it expects of a key. */
    private final Map<String, Optional<String>> seen = new HashMap<>();

    RequestDraw(int client, SplittableRandom random) {
        this.client = client;
        this.random = random;
    }

    Request next() {
        if (random.nextInt(GARBAGE_ONE_IN) == 0) {
            return new Request.Garbage(GarbageDraw.draw(random));
        }
        return switch (random.nextInt(10)) {
            case 0, 1 -> new Request.PutValue(key("register"), value());
            case 2, 3 -> new Request.Get(key("register"));
            case 4 -> random.nextInt(4) == 0 ? new Request.Delete(key("register")) : new Request.Get(key("counter"));
            case 5, 6 -> exchange(List.of(key("counter")));
            case 7 -> transfer();
            case 8 -> new Request.PutValue(element(random.nextInt(SET_SIZE)), value());
            default -> random.nextInt(3) == 0 ? new Request.Delete(element(random.nextInt(SET_SIZE))) : all();
        };
    }

    /** The client learns what keys held. */
    void learn(Request request, Result result) {
        switch (request) {
            case Request.Get get -> seen.put(get.key(), Request.Get.value(result));
            case Request.Exchange exchange -> {
                boolean succeeded = Request.Exchange.succeeded(result);
                List<Optional<String>> held = succeeded ? List.of() : Request.Exchange.seen(result);
                for (int i = 0; i < exchange.keys().size(); i++) {
                    seen.put(
                            exchange.keys().get(i),
                            succeeded ? Optional.of(exchange.values().get(i)) : held.get(i));
                }
            }
            case Request.PutValue put -> seen.put(put.key(), Optional.of(put.value()));
            case Request.Delete delete -> seen.put(delete.key(), Optional.empty());
            case Request.GetAll ignored -> {}
            case Request.Garbage ignored -> {}
        }
    }

    private Request transfer() {
        String from = key("account");
        String to = key("account");
        return exchange(from.equals(to) ? List.of(from) : List.of(from, to));
    }

    private Request exchange(List<String> keys) {
        List<Optional<String>> expected = new ArrayList<>();
        List<String> written = new ArrayList<>();
        for (String key : keys) {
            expected.add(seen.getOrDefault(key, Optional.empty()));
            written.add(value());
        }
        return new Request.Exchange(keys, expected, written);
    }

    private Request all() {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < SET_SIZE; i++) {
            keys.add(element(i));
        }
        return new Request.GetAll("set", keys);
    }

    private static String element(int number) {
        return "set/" + number;
    }

    private String key(String kind) {
        return kind + "/" + random.nextInt(KEYS);
    }

    private String value() {
        return client + "." + ++values;
    }
}
