package io.quorate.simulator.workload;

import io.quorate.kv.Result;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Draws what one client asks for: registers, compare-and-set, counters, transfers between two keys, sets, transactions
 * whose branches read, write and delete, and reads that may be old. No two of these write the same value, so that
 * a read tells whose write it saw.
 */
final class RequestDraw {

    private static final int KEYS = 4;
    private static final int SET_SIZE = 5;
    private static final int GARBAGE_ONE_IN = 40;
    private static final int PAGES = 3;

    private static final List<String> WHOLE_SET = keys("set", SET_SIZE);
    private static final List<String> ALL_PAGES = keys("page", PAGES);

    private final int client;
    private final SplittableRandom random;
    private long values;

    /** What this client saw last: what it expects of a key. */
    private final Map<String, Optional<String>> seen = new HashMap<>();

    private final Map<String, Long> versions = new HashMap<>();

    RequestDraw(int client, SplittableRandom random) {
        this.client = client;
        this.random = random;
    }

    Request next() {
        if (random.nextInt(GARBAGE_ONE_IN) == 0) {
            return new Request.Garbage(GarbageDraw.draw(random));
        }
        return switch (random.nextInt(14)) {
            case 0, 1 -> new Request.PutValue(key("register"), value());
            case 2, 3 -> new Request.Get(key("register"));
            case 4 -> random.nextInt(4) == 0 ? new Request.Delete(key("register")) : new Request.Get(key("counter"));
            case 5, 6 -> exchange(List.of(key("counter")));
            case 7 -> transfer();
            case 8 -> new Request.LocalGet(key("register"));
            case 9, 10 -> branch();
            case 11 -> single();
            case 12 -> new Request.PutValue(element(), value());
            default -> random.nextInt(3) == 0 ? new Request.Delete(element()) : all();
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
            case Request.Branch branch -> learnVersions(result);
            case Request.Single ignored -> {}
            case Request.LocalGet ignored -> {}
            case Request.GetAll ignored -> {}
            case Request.Garbage ignored -> {}
        }
    }

    private void learnVersions(Result result) {
        for (Result response : ((Result.TxnResult) result).responses()) {
            if (response instanceof Result.RangeResult range) {
                range.kvs().forEach(kv -> versions.put(kv.key().toUtf8(), kv.version()));
            }
        }
    }

    /** Puts, deletes and ranges in both branches; the key that decides is written in each, so that its version moves. */
    private Request branch() {
        String key = ALL_PAGES.get(random.nextInt(PAGES));
        String other = ALL_PAGES.get(random.nextInt(PAGES));
        long version = versions.getOrDefault(key, (long) random.nextInt(3));
        Step all = new Step.ReadKeys("page/", "page0", ALL_PAGES);
        List<Step> success = new ArrayList<>(List.of(all, new Step.PutKey(key, value(), random.nextBoolean())));
        if (!other.equals(key)) {
            success.add(
                    random.nextBoolean()
                            ? new Step.PutKey(other, value(), true)
                            : new Step.DeleteKeys(other, "", List.of(other), true));
        }
        success.add(all);
        List<Step> failure = random.nextInt(4) == 0
                ? List.of(new Step.DeleteKeys(key, "", List.of(key), random.nextBoolean()), all)
                : List.of(all, new Step.PutKey(key, value(), true));
        return new Request.Branch(key, version, success, failure);
    }

    private Request single() {
        return new Request.Single(
                switch (random.nextInt(4)) {
                    case 0 -> new Step.DeleteKeys("set/", "set0", WHOLE_SET, true);
                    case 1 -> {
                        String key = key("register");
                        yield new Step.DeleteKeys(key, "", List.of(key), true);
                    }
                    default -> new Step.PutKey(key("register"), value(), true);
                });
    }

    private static List<String> keys(String kind, int count) {
        List<String> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(kind + "/" + i);
        }
        return List.copyOf(keys);
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
        return new Request.GetAll("set", WHOLE_SET);
    }

    private String element() {
        return WHOLE_SET.get(random.nextInt(SET_SIZE));
    }

    private String key(String kind) {
        return kind + "/" + random.nextInt(KEYS);
    }

    private String value() {
        return client + "." + ++values;
    }
}
