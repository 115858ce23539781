package io.quorate.cli;

import java.io.PrintWriter;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * The wish of whoever has begun an operation that it ends: Ctrl-C, or a termination of the process. The first one lets it end in good
 * order, the second one ends the process at once. Thread-safe.
 */
final class StopRequest {

    private static final List<String> SIGNALS = List.of("INT", "TERM");

    /** What a shell tells of a process that Ctrl-C has ended. */
    static final int INTERRUPTED = 130;

    private final PrintWriter err;
    private final IntConsumer halt;
    private final List<String> signals;
    private final String leftBehind;
    private int times;

    private StopRequest(PrintWriter err, String leftBehind, IntConsumer halt, List<String> signals) {
        this.err = err;
        this.leftBehind = leftBehind;
        this.halt = halt;
        this.signals = List.copyOf(signals);
    }

    /**
     * One that is made by signals to this process.
     *
     * @param leftBehind what there is, or how to find it, if everything is left as it is
     */
    static StopRequest ofThisProcess(PrintWriter err, String leftBehind) {
        return new StopRequest(err, leftBehind, Runtime.getRuntime()::halt, SIGNALS);
    }

    /**
     * One that is only made by whoever has it, where the process is not the command's alone.
     *
     * @param leftBehind what there is, or how to find it, if everything is left as it is
     * @param halt ends whatever is to be ended at once, with an exit code
     */
    static StopRequest by(PrintWriter err, String leftBehind, IntConsumer halt) {
        return new StopRequest(err, leftBehind, halt, List.of());
    }

    /** Whether it was made. */
    synchronized boolean isMade() {
        return times > 0;
    }

    /** Makes it, as Ctrl-C and SIGTERM do. */
    void make() {
        int which;
        synchronized (this) {
            which = ++times;
        }
        if (which == 1) {
            err.println(
                    "stopping: what is under way is ended or taken back first; a second Ctrl-C, or SIGTERM, leaves everything as it is");
        } else {
            err.println("stopped at once: everything is left as it is; " + leftBehind);
            err.flush();
            halt.accept(INTERRUPTED);
        }
    }

    /** From now on, its signals make it; closing what is returned lets them do again what they did. */
    Listening listen() {
        List<Runnable> restore = new ArrayList<>();
        for (String signal : signals) {
            handle(signal, restore);
        }
        return () -> restore.forEach(Runnable::run);
    }

    /** Signals that make the request. */
    interface Listening extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * The JDK offers its signals by no API of its own but {@code sun.misc.Signal} (JEP 260 keeps it for want of another one), which
     * javac warns of; so it is called by its name. A JVM without it ends at the first Ctrl-C, as ever.
     */
    private void handle(String name, List<Runnable> restore) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler = Proxy.newProxyInstance(
                    StopRequest.class.getClassLoader(), new Class<?>[] {handlerType}, (self, method, arguments) -> {
                        if (!method.getName().equals("handle")) {
                            return method.invoke(this, arguments);
                        }
                        make();
                        return null;
                    });
            Object before =
                    signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, handler);
            restore.add(() -> setBack(signalType, handlerType, signal, before));
        } catch (ReflectiveOperationException e) {
            // No such signal, or not to be handled in this JVM.
        }
    }

    private static void setBack(Class<?> signalType, Class<?> handlerType, Object signal, Object before) {
        try {
            var unused = signalType.getMethod("handle", signalType, handlerType).invoke(null, signal, before);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a signal could be handled, and cannot be handled as before", e);
        }
    }
}
