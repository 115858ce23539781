package io.quorate.cli.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Does one abuse after the other, each once before any is done again, to one member after the other. One thread at a time. */
final class Abuser {

    private static final int MEMBERS = 3;

    private final List<Abuse> abuses;
    private final SplittableRandom random;
    private final Ledger ledger;
    private List<Abuse> left = List.of();

    Abuser(List<Abuse> abuses, SplittableRandom random, Ledger ledger) {
        this.abuses = abuses;
        this.random = random;
        this.ledger = ledger;
    }

    void abuse() {
        if (left.isEmpty()) {
            left = new ArrayList<>(abuses);
        }
        Abuse abuse = left.remove(random.nextInt(left.size()));
        try {
            abuse.action().doTo(random.nextInt(MEMBERS));
        } catch (IOException e) {
            // The member cannot be reached: that is for the honest clients to notice.
            ledger.pass(abuse.name() + " (" + e + ")");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (Exception e) {
            ledger.complain(abuse.name() + ": " + e);
        }
    }
}
