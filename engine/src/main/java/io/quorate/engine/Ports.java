package io.quorate.engine;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.transport.Network;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Everything through which a node touches time, disk, network, threads and chance that nobody may foresee. Each executor must run its tasks one after
 * the other; what runs on {@code loop} never blocks.
 *
 * @param clock deadlines of proposals and reads
 * @param scheduler the ticks
 * @param disk the member's data directory
 * @param networks opens the network once the node can receive
 * @param loop the node's own thread
 * @param logWriter writes and syncs the log
 * @param applier runs the state machine
 * @param background writes, reads and receives snapshots
 * @param secrets random bits that nobody can guess: from a secure source, except in a simulation
 */
public record Ports(
        Clock clock,
        Scheduler scheduler,
        Disk disk,
        NetworkOpener networks,
        Executor loop,
        Executor logWriter,
        Executor applier,
        Executor background,
        LongSupplier secrets) {

    /** Opens a network that hands what it receives to the listener. */
    @FunctionalInterface
    public interface NetworkOpener {
        Network open(Network.Listener listener) throws java.io.IOException;
    }
}
