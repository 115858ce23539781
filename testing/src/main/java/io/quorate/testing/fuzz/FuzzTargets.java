package io.quorate.testing.fuzz;

import java.util.List;

/** The decoders of one package; found as a service, for {@link FuzzCommand} to run those of all modules. */
public interface FuzzTargets {

    List<FuzzTarget<?>> targets();
}
