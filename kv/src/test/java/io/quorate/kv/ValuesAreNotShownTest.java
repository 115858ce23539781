package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever is logged or thrown may show any record as text: so none shows values, passwords, tokens, or what holds them. */
class ValuesAreNotShownTest {

    private static final String SECRET = "PLANTED";
    private static final Pattern HOLDS_SECRETS = Pattern.compile("value|record|content|encoded|password.*|token.*");

    @Test
    void noRecordOfThisModuleShowsThem() throws Exception {
        List<String> looked = new ArrayList<>();
        for (Class<?> type : records()) {
            for (RecordComponent component : type.getRecordComponents()) {
                boolean bytes = component.getType() == Bytes.class;
                if (bytes && HOLDS_SECRETS.matcher(component.getName()).matches()) {
                    looked.add(type.getSimpleName());
                    assertThat(with(type, component).toString())
                            .as("%s, whose %s is not to be shown", type.getName(), component.getName())
                            .doesNotContain(SECRET);
                }
            }
        }
        assertThat(looked)
                .contains("Put", "KeyValue", "Value", "User", "AddUser", "ChangePassword", "Login", "LoggedCommand");
    }

    private static List<Class<?>> records() throws IOException, URISyntaxException, ClassNotFoundException {
        Path classes = Path.of(
                Put.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        String folder = Put.class.getPackageName().replace('.', '/');
        List<Class<?>> found = new ArrayList<>();
        try (Stream<Path> files = Files.list(classes.resolve(folder))) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = file.getFileName().toString().replace(".class", "");
                Class<?> type = Class.forName(Put.class.getPackageName() + "." + name);
                if (type.isRecord()) {
                    found.add(type);
                }
            }
        }
        return found;
    }

    private static Object with(Class<?> type, RecordComponent secret) throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<?> constructor = type.getDeclaredConstructor(
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
        constructor.setAccessible(true);
        return constructor.newInstance(Arrays.stream(components)
                .map(component ->
                        component.getName().equals(secret.getName()) ? b(SECRET) : something(component.getType()))
                .toArray());
    }

    private static @Nullable Object something(Class<?> type) {
        if (type == boolean.class) {
            return false;
        }
        if (type == byte.class) {
            return (byte) 1;
        }
        if (type == int.class) {
            return 1;
        }
        if (type == long.class) {
            return 1L;
        }
        if (type == Bytes.class) {
            return b("x");
        }
        if (type == String.class) {
            return "x";
        }
        return type == List.class ? List.of() : null;
    }

    @Test
    void norDoWhatIsMadeOfThem() {
        Txn txn = new Txn(
                List.of(Compare.of(b("a"), new Compare.Value(b(SECRET)), Compare.Outcome.EQUAL)),
                List.of(Put.of(b("a"), b(SECRET))),
                List.of());
        KeyValue pair = new KeyValue(b("a"), 1, 1, 1, b(SECRET), 0);
        List<Object> all = List.of(
                new Authorized(new Caller("ann", 1), txn),
                new Audited(new AuditOrigin(1, 1, ""), Put.of(b("a"), b(SECRET))),
                new Result.RangeResult(1, List.of(pair), false, 1),
                new Result.DeleteRangeResult(1, 1, List.of(pair)),
                new Authorized(new Caller("root", 1), new AuthChange.AddUser("ann", b(SECRET), false)));
        assertThat(all).allSatisfy(one -> assertThat(one.toString()).doesNotContain(SECRET));
        assertThat(pair.toString()).isEqualTo("KeyValue[\"a\", created 1, modified 1, version 1, 7 bytes]");
    }
}
