package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.report.Diagnosis;
import io.quorate.server.report.Problem;
import java.io.PrintWriter;
import java.util.Locale;

/** How what is wrong with a cluster is told, and what the exit code says of it. */
final class DiagnosisOutput {

    private DiagnosisOutput() {}

    static int print(PrintWriter out, boolean json, Diagnosis diagnosis) {
        if (json) {
            JsonOutput.print(out, json(diagnosis));
        } else if (diagnosis.problems().isEmpty()) {
            out.println("Nothing is wrong.");
        } else {
            for (Problem problem : diagnosis.problems()) {
                out.println(urgency(problem) + ": " + problem.subject() + " " + problem.what());
                out.println("  -> " + problem.remedy());
            }
        }
        return exitCode(diagnosis);
    }

    static int exitCode(Diagnosis diagnosis) {
        return diagnosis.problems().isEmpty() ? ExitCode.OK : ExitCode.FAILED;
    }

    private static String urgency(Problem problem) {
        return problem.urgency().name().toLowerCase(Locale.ROOT);
    }

    static JsonObject json(Diagnosis diagnosis) {
        JsonArray problems = new JsonArray();
        for (Problem problem : diagnosis.problems()) {
            JsonObject one = new JsonObject();
            one.addProperty("urgency", urgency(problem));
            one.addProperty("subject", problem.subject());
            one.addProperty("what", problem.what());
            one.addProperty("remedy", problem.remedy());
            problems.add(one);
        }
        JsonObject answer = new JsonObject();
        answer.add("problems", problems);
        return answer;
    }
}
