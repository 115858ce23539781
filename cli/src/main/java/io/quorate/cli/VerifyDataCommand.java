package io.quorate.cli;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
@Command(name = "data")
final class VerifyDataCommand implements Callable<Integer> {
    @Override
    public Integer call() { return 0; }
}
