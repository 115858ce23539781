package io.quorate.cli.etcdctl;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Commands, each with what etcd answered; in the file a command's line begins with {@code "$ "}, a remark's with {@code "# "}. */
record Transcript(List<Step> steps) {

    private static final String COMMAND = "$ ";
    private static final String REMARK = "# ";

    /**
     * One command.
     *
     * @param remark what stands before it, in lines; empty if nothing does
     * @param answer what it printed, and {@code [exit n]} if that is not 0, with one line end after each line
     */
    record Step(String remark, String command, String answer) {

        Step withAnswer(String newAnswer) {
            return new Step(remark, command, newAnswer);
        }
    }

    static Transcript read(Path file) throws IOException {
        List<Step> steps = new ArrayList<>();
        StringBuilder remark = new StringBuilder();
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith(COMMAND)) {
                steps.add(new Step(remark.toString(), line.substring(COMMAND.length()), ""));
                remark.setLength(0);
            } else if (line.startsWith(REMARK)) {
                remark.append(line).append('\n');
            } else if (!line.isEmpty()) {
                Step last = steps.removeLast();
                steps.add(last.withAnswer(last.answer() + line + "\n"));
            }
        }
        return new Transcript(List.copyOf(steps));
    }

    void write(Path file) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Step step : steps) {
            if (!step.remark().isEmpty()) {
                text.append(text.isEmpty() ? "" : "\n").append(step.remark());
            }
            text.append(COMMAND).append(step.command()).append('\n').append(step.answer());
        }
        Files.writeString(file, text);
    }
}
