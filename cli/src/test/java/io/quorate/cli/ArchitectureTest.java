package io.quorate.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.ConstructNode;

/** Who may know whom, and what the core may not touch: the rules of ARCHITECTURE.md. */
class ArchitectureTest {

    private static final String ROOT = "io.quorate.";

    /** What the .proto files are made into; the module keeps the packages that the classes had when they were the server's. */
    private static final String WIRE = "io.quorate.server.proto.";

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.quorate");

    /** The modules that each module may use. The server sees the core's terms through the engine's interface. */
    private static final Map<String, Set<String>> MODULES = Map.of(
            "core", Set.of(),
            "encryption", Set.of(),
            "kv", Set.of("encryption"),
            "engine", Set.of("core", "encryption"),
            "wire", Set.of(),
            "server", Set.of("core", "encryption", "engine", "kv", "wire"),
            "bench", Set.of("encryption", "engine", "wire"),
            "simulator", Set.of("core", "encryption", "engine", "kv"),
            "cli", Set.of("server", "bench", "simulator", "wire", "encryption", "engine"),
            "testing", Set.of());

    /** The packages from outside that a module may use, for those modules that are held to few. */
    private static final Map<String, List<String>> LIBRARIES = Map.of(
            "core", List.of("java.", "org.jspecify."),
            "encryption", List.of("java.", "javax.crypto.", "org.jspecify."),
            "kv", List.of("java.", "org.jspecify.", "org.rocksdb."),
            "engine", List.of("java.", "javax.", "jdk.", "org.jspecify.", "io.netty.", "org.slf4j."),
            "wire", List.of("java.", "com.google.", "io.grpc."),
            "testing", List.of("java.", "com.sun.management.", "org.jspecify.", "org.bouncycastle."));

    /** Words in a class's name that say that it has no subject of its own. */
    private static final List<String> EMPTY_NAMES =
            List.of("Util", "Utils", "Helper", "Helpers", "Impl", "Base", "Manager");

    /**
     * Whoever can have bytes read by one of these can have code run: Java's serialization, what is built on it, and YAML with tags that name
     * classes.
     */
    private static final ArchRule MAKE_NO_OBJECTS_OF_DATA = noClasses()
            .should()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.io\\.(ObjectInputStream|ObjectInput|ObjectInputFilter|Externalizable|ObjectInputValidation)(\\$.*)?")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching(
                    "java\\.(security\\.SignedObject|beans\\.XMLDecoder|rmi\\.MarshalledObject)|javax\\.crypto\\.SealedObject")
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.rmi..",
                    "javax.management.remote..",
                    "io.netty.handler.codec.serialization..",
                    "org.yaml.snakeyaml..",
                    "org.snakeyaml.engine.v2.constructor..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName(ConstructNode.class.getName());

    @Test
    void everyModuleUsesOnlyTheModulesItMay() {
        classes()
                .should(use("only the modules it may", ArchitectureTest::isAllowedModule))
                .check(CLASSES);
    }

    @Test
    void modulesThatAreHeldToFewLibrariesUseNoOthers() {
        classes()
                .should(use("only the libraries it may", ArchitectureTest::isAllowedLibrary))
                .check(CLASSES);
    }

    @Test
    void everyModuleOfTheRulesIsLookedAt() {
        // The modules that have no classes would pass every rule unseen.
        Assertions.assertThat(CLASSES.stream().map(ArchitectureTest::module).distinct())
                .containsExactlyInAnyOrderElementsOf(MODULES.keySet());
    }

    @Test
    void coreHasNoInputOutputThreadsOrClock() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.core..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio..",
                        "java.net..",
                        "java.util.concurrent..",
                        "java.util.logging..",
                        "java.security..",
                        "java.time..")
                .orShould()
                .dependOnClassesThat()
                .belongToAnyOf(Thread.class, ThreadLocal.class, Runtime.class, Process.class, ProcessHandle.class)
                .check(CLASSES);
    }

    @Test
    void coreTakesNoTimeAndNoRandomnessFromItsSurroundings() {
        noClasses()
                .that()
                .resideInAPackage("io.quorate.core..")
                .should()
                .callCodeUnitWhere(isAmbient())
                .check(CLASSES);
    }

    @Test
    void nothingMakesObjectsOfWhateverClassTheDataName() {
        MAKE_NO_OBJECTS_OF_DATA.check(CLASSES);
    }

    /** It has one thread on two processors, and whoever else lives in the process may block it. */
    @Test
    void nothingNeedsTheJvmsCommonPool() {
        noClasses()
                .should()
                .callMethod(CompletableFuture.class, "delayedExecutor", long.class, TimeUnit.class)
                .orShould()
                .callMethod(CompletableFuture.class, "supplyAsync", Supplier.class)
                .orShould()
                .callMethod(CompletableFuture.class, "runAsync", Runnable.class)
                .orShould()
                .callMethod(ForkJoinPool.class, "commonPool")
                .orShould()
                .callMethod(Collection.class, "parallelStream")
                .check(CLASSES);
    }

    /** Were the rule to look at nothing, it would hold. */
    @Test
    void whoeverReadsObjectsIsFound() {
        JavaClasses readers = new ClassFileImporter().importClasses(ReadsObjects.class, LoadsYamlObjects.class);
        Assertions.assertThat(MAKE_NO_OBJECTS_OF_DATA
                        .evaluate(readers)
                        .getFailureReport()
                        .getDetails())
                .anyMatch(line -> line.contains("ReadsObjects"))
                .anyMatch(line -> line.contains("LoadsYamlObjects"));
    }

    private record ReadsObjects(InputStream in) implements Callable<Object> {
        @Override
        public Object call() throws IOException, ClassNotFoundException {
            try (ObjectInputStream objects = new ObjectInputStream(in)) {
                return objects.readObject();
            }
        }
    }

    private record LoadsYamlObjects(ConstructNode constructor) {}

    @Test
    void everyClassHasASubjectThatItsNameSays() {
        classes()
                .that(areWrittenByHand())
                .should(new ArchCondition<>("have a name that says what they are") {
                    @Override
                    public void check(JavaClass javaClass, ConditionEvents events) {
                        boolean empty = EMPTY_NAMES.stream().anyMatch(javaClass.getSimpleName()::endsWith);
                        events.add(new SimpleConditionEvent(javaClass, !empty, javaClass.getName()));
                    }
                })
                .check(CLASSES);
    }

    private static DescribedPredicate<JavaClass> areWrittenByHand() {
        return DescribedPredicate.describe(
                "are written by hand", javaClass -> !javaClass.getName().startsWith(WIRE));
    }

    private static DescribedPredicate<JavaCall<?>> isAmbient() {
        return DescribedPredicate.describe("reads the surroundings", call -> {
            String owner = call.getTargetOwner().getName();
            String name = call.getTarget().getName();
            boolean seedless = call.getTarget().getRawParameterTypes().isEmpty();
            return switch (owner) {
                case "java.lang.System" -> !name.equals("arraycopy") && !name.equals("identityHashCode");
                case "java.lang.Math", "java.lang.StrictMath" -> name.equals("random");
                case "java.util.UUID" -> name.equals("randomUUID");
                case "java.util.Random", "java.util.SplittableRandom" -> name.equals("<init>") && seedless;
                case "java.util.random.RandomGenerator" -> name.equals("getDefault") || name.equals("of");
                case "java.util.Collections" ->
                    name.equals("shuffle")
                            && call.getTarget().getRawParameterTypes().size() == 1;
                default -> false;
            };
        });
    }

    /** Whether a class of one module may depend on another class. */
    private interface Permission {
        boolean allows(JavaClass from, JavaClass to);
    }

    private static ArchCondition<JavaClass> use(String description, Permission permission) {
        return new ArchCondition<>("use " + description) {
            @Override
            public void check(JavaClass javaClass, ConditionEvents events) {
                for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
                    JavaClass target = dependency.getTargetClass().getBaseComponentType();
                    boolean allowed = target.isPrimitive() || permission.allows(javaClass, target);
                    events.add(new SimpleConditionEvent(javaClass, allowed, dependency.getDescription()));
                }
            }
        };
    }

    private static boolean isAllowedModule(JavaClass from, JavaClass to) {
        if (!to.getName().startsWith(ROOT) || module(from).equals(module(to))) {
            return true;
        }
        return MODULES.getOrDefault(module(from), Set.of()).contains(module(to));
    }

    private static boolean isAllowedLibrary(JavaClass from, JavaClass to) {
        if (to.getName().startsWith(ROOT) || !LIBRARIES.containsKey(module(from))) {
            return true;
        }
        Collection<String> allowed = LIBRARIES.getOrDefault(module(from), List.of());
        return allowed.stream().anyMatch(to.getName()::startsWith);
    }

    private static String module(JavaClass javaClass) {
        String name = javaClass.getName();
        return name.startsWith(WIRE) ? "wire" : Arrays.asList(name.split("\\.")).get(2);
    }
}
