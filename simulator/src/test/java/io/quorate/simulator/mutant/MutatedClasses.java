package io.quorate.simulator.mutant;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;

/**
 * Loads the project's classes anew, with some of them replaced: those of the module that is edited and of all that depend on
 * it. The others are shared with the parent, and stay compiled by the JVM from one mutant to the next.
 */
final class MutatedClasses extends ClassLoader {

    private final List<String> anew;
    private final Map<String, byte[]> replacements;

    /**
     * @param module the module that is edited
     * @param replacements classes by name
     */
    MutatedClasses(String module, Map<String, byte[]> replacements) {
        super(MutatedClasses.class.getClassLoader());
        this.replacements = Map.copyOf(replacements);
        this.anew = switch (module) {
            case "core" -> List.of("io.quorate.core.", "io.quorate.engine.", "io.quorate.simulator.");
            case "engine" -> List.of("io.quorate.engine.", "io.quorate.simulator.");
            case "kv" -> List.of("io.quorate.kv.", "io.quorate.simulator.");
            default -> throw new IllegalArgumentException("the simulator does not run the module " + module);
        };
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (anew.stream().noneMatch(name::startsWith)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded != null ? loaded : findClass(name);
        }
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        byte[] bytes = replacements.get(name);
        if (bytes == null) {
            bytes = original(name);
        }
        return defineClass(name, bytes, 0, bytes.length);
    }

    private byte[] original(String name) throws ClassNotFoundException {
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
