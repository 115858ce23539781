package io.quorate.simulator.enumeration;

import io.quorate.engine.log.EntryFrame;
import io.quorate.simulator.disk.SimulatedDisk;
import java.io.IOException;
import java.util.List;

/**
 * What a member goes through, the same each time: every kind of change that a log and its snapshots know, over several
 * starts, with small segments, so that they roll and are used again.
 */
final class StorageScenario {

    /** What a life does after its opening. */
    @FunctionalInterface
    interface Steps {
        void run(ScriptedLife life) throws IOException;
    }

    /**
     * One life.
     *
     * @param name what it is about
     * @param damaged how far before the log's end the entry stands whose bytes are damaged before it, at rest; 0 if none is
     */
    record Life(String name, int damaged, Steps steps) {}

    /** The lives, in order. */
    static final List<Life> LIVES = List.of(
            new Life("a new member writes and votes", 0, StorageScenario::begin),
            new Life("a later leader replaces the log's end", 0, StorageScenario::replace),
            new Life("snapshots are taken, and segments used again", 0, StorageScenario::compact),
            new Life("another member's snapshot arrives, and a part of one", 0, StorageScenario::receive),
            new Life("what had arrived in part goes on", 0, StorageScenario::goOnReceiving),
            new Life("a damaged log is repaired", 3, StorageScenario::repair),
            new Life("and goes on", 0, life -> life.append(2, 100).settle()));

    private StorageScenario() {}

    private static void begin(ScriptedLife life) throws IOException {
        life.vote(1).sync().append(1, 0).append(1, 40).sync().append(3, 300).settle();
        life.append(1, 3_500)
                .commit(1)
                .sync()
                .vote(2)
                .submit()
                .append(2, 10)
                .submit()
                .append(1, 700)
                .sync();
        life.append(1, 9_000).append(1, 5).commit(2).settle();
    }

    private static void replace(ScriptedLife life) throws IOException {
        life.vote(0)
                .truncate(2)
                .append(1, 20)
                .sync()
                .configure(4)
                .append(2, 200)
                .settle();
        life.vote(3)
                .truncate(3)
                .submit()
                .append(1, 20)
                .submit()
                .append(1, 1_200)
                .commit(1)
                .sync();
        life.configure(4, 5).suspend().sync().resume().commit(0).settle();
    }

    private static void compact(ScriptedLife life) throws IOException {
        life.snapshot(2)
                .compact(1)
                .sync()
                .append(3, 1_500)
                .sync()
                .commit(1)
                .submit()
                .append(2, 900)
                .settle();
        life.snapshot(1)
                .compact(0)
                .append(1, 30)
                .sync()
                .append(2, 1_800)
                .commit(0)
                .settle();
        life.snapshot(0).compact(0).settle();
    }

    private static void receive(ScriptedLife life) throws IOException {
        life.append(2, 400).commit(0).sync();
        // One of an entry that is here already: what follows stays.
        life.receive(-1, 2_048, Integer.MAX_VALUE).install(true).settle();
        life.append(1, 100).sync().receive(7, 3_000, 3_500);
    }

    private static void goOnReceiving(ScriptedLife life) throws IOException {
        life.append(1, 60).vote(0).sync();
        life.receive(5, 4_096, Integer.MAX_VALUE).install(false).commit(0).settle();
        life.append(2, 800).sync().append(3, 1_300).commit(2).settle();
    }

    private static void repair(ScriptedLife life) throws IOException {
        life.vote(0)
                .append(2, 600)
                .sync()
                .append(2, 50)
                .commit(1)
                .settle()
                .resume()
                .settle();
    }

    /** Damages the bytes of an entry where they lie. */
    static void damage(SimulatedDisk disk, EntryFrame entry) {
        byte[] wanted = new byte[entry.size()];
        entry.bytes().get(wanted);
        for (String name : disk.names()) {
            if (!name.startsWith("log/segment-")) {
                continue;
            }
            byte[] file = disk.bytes(name);
            for (int offset : ByteSearch.find(wanted, file)) {
                Damage.BYTES.apply(file, offset, wanted.length);
                disk.replace(name, file);
            }
        }
    }
}
