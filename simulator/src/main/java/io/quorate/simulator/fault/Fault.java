package io.quorate.simulator.fault;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.RotTarget;
import io.quorate.simulator.network.LinkFaults;
import java.util.List;

/** One thing that goes wrong. Times are nanoseconds since the run began; what has a duration is mended after it. */
public sealed interface Fault {

    /** When it begins. */
    long at();

    /** A process dies, and is started again. */
    record Crash(long at, MemberId member, CrashKind kind, long downNanos) implements Fault {}

    /** A process dies in the middle of its disk's operations: at the one that comes after so many others. */
    record CrashAtDiskOperation(long at, MemberId member, int operations, CrashKind kind, long downNanos)
            implements Fault {}

    /** A process does nothing for a while, and then goes on as if nothing had been. */
    record Pause(long at, MemberId member, long nanos) implements Fault {}

    /** A process's clock leaps forward, or back. */
    record ClockJump(long at, MemberId member, long byNanos) implements Fault {}

    /** A process's clock runs at another rate; 1 is right. */
    record ClockDrift(long at, MemberId member, double rate, long forNanos) implements Fault {}

    /**
     * Groups of members do not hear each other, in a shape.
     *
     * @param cut whether senders can notice
     */
    record Partition(long at, PartitionShape shape, List<MemberId> order, LinkFaults.Cut cut, long forNanos)
            implements Fault {}

    /** Whoever leads then dies, and is started again. */
    record CrashLeader(long at, CrashKind kind, long downNanos) implements Fault {}

    /**
     * Whoever leads then, and so many others with it, hear nothing of the rest and are not heard: it goes on appending what
     * it cannot commit, while the rest elect another.
     */
    record CutOffLeader(long at, int companions, long forNanos) implements Fault {}

    /**
     * Whoever leads then hears nobody, and only so many others hear it: they have what it appends, it does not learn so, and
     * the next leader is one of them.
     */
    record DeafenLeader(long at, int listeners, long forNanos) implements Fault {}

    /** Every link between members is bad. */
    record BadNetwork(long at, LinkFaults faults, long forNanos) implements Fault {}

    /** What is sent to one member, or by it, is bad. */
    record BadLinks(long at, MemberId member, boolean incoming, LinkFaults faults, long forNanos) implements Fault {}

    /** The way from one member to one other is bad: half open, clogged, slow, or whatever. */
    record BadLink(long at, MemberId from, MemberId to, LinkFaults faults, long forNanos) implements Fault {}

    /** The next transfer of a snapshot breaks off after so many further pieces, perhaps with one of the two processes. */
    record InterruptSnapshot(long at, int pieces, Interruption how, long downNanos) implements Fault {}

    /** What else breaks when the transfer of a snapshot does. */
    enum Interruption {
        /** Only the connection. */
        LINK,
        /** Nothing passes between the two for a while. */
        LINK_FOR_A_WHILE,
        /** The process that sends. */
        SENDER,
        /** The process that receives. */
        RECEIVER
    }

    /** A disk fails now and then, or is full, or slow. */
    record BadDisk(long at, MemberId member, DiskFaults faults, long forNanos) implements Fault {}

    /** A bit turns over in one of a member's files, and the member is started anew. */
    record BitRot(long at, MemberId member, RotTarget target) implements Fault {}

    /** Sectors that a member reads come from elsewhere now and then; it is started anew in the midst of that. */
    record MisdirectedReads(long at, MemberId member, double probability, long forNanos) implements Fault {}

    /** A write to the log goes to other sectors, of the same file or of another; the member is started anew then. */
    record MisdirectedWrite(long at, MemberId member, boolean sameFile) implements Fault {}

    /** Files that had been deleted or renamed are there again when the member starts anew. */
    record OldFiles(long at, MemberId member, String files) implements Fault {}

    /**
     * The disk of a witness forgets the last sectors of its log, though they were synced, as soon as nothing rests on them; the
     * witness is started anew.
     */
    record LoseEnd(long at, int sectors) implements Fault {}

    /** The members are changed. */
    record ChangeMembers(long at, MembershipChange change) implements Fault {}

    /** Whoever manages the cluster does something. */
    record Manage(long at, Management operation) implements Fault {}

    /** Leadership is handed over. */
    record Transfer(long at, MemberId target) implements Fault {}

    /** A member takes a snapshot out of turn, and compacts its log. */
    record Snapshot(long at, MemberId member) implements Fault {}
}
