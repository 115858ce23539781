package io.quorate.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeoutException;

/**
 * A process that measures one contender, so that two of them share neither heap nor compiled code. Its arguments are
 * {@link LoadSettings} as JSON and a folder; the last line that it prints is an {@link EngineReport} as JSON.
 */
public final class ContenderProcess {

    private ContenderProcess() {}

    /** Measures Quorate's own engine. */
    public static void main(String[] arguments) throws IOException, TimeoutException {
        run(QuorateContender::start, arguments);
    }

    /** Measures, prints the report, and ends the process. */
    public static void run(Contender.Factory contenders, String[] arguments) throws IOException, TimeoutException {
        Gson gson = new Gson();
        LoadSettings settings = gson.fromJson(arguments[0], LoadSettings.class);
        EngineReport report = EngineBenchmark.run(contenders, settings, Path.of(arguments[1]), level -> {});
        System.out.println(gson.toJson(report));
        // A contender may have left threads behind that would keep the process.
        System.exit(0);
    }
}
