package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.MethodDescriptor;
import com.google.protobuf.Descriptors.ServiceDescriptor;
import io.quorate.server.proto.authpb.Auth;
import io.quorate.server.proto.etcdserverpb.Rpc;
import io.quorate.server.proto.leasepb.LeaseOuterClass;
import io.quorate.server.proto.mvccpb.Kv;
import io.quorate.server.proto.v3electionpb.V3Election;
import io.quorate.server.proto.v3lockpb.V3Lock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The documents say of every RPC and of every field of every message what became of it, and name no others. */
class DocumentedFieldsTest {

    private static final Path DOCUMENTS = Path.of("..", "docs");
    private static final Path PROTOS = Path.of("..", "wire", "src", "main", "proto");
    private static final List<FileDescriptor> FILES = List.of(
            Rpc.getDescriptor(),
            Kv.getDescriptor(),
            Auth.getDescriptor(),
            LeaseOuterClass.getDescriptor(),
            V3Lock.getDescriptor(),
            V3Election.getDescriptor());

    private static final String STATES = "done|differs|not there";
    private static final Pattern MESSAGE = Pattern.compile("### `([\\w.]+)`");
    private static final Pattern FIELD_ROW = Pattern.compile("\\| (\\d+) \\| (\\w+) \\| (" + STATES + ") \\|(.*)\\|");
    private static final Pattern RPC_ROW =
            Pattern.compile("\\| ([A-Z]\\w*)\\.(\\w+(?:, \\w+)*) \\| (?:" + STATES + ") \\|.*\\|");

    private record Field(String message, int number, String name) {}

    private record Row(Field field, String state, String how) {}

    @Test
    void everyFieldOfEveryMessageHasOneRowAndThereAreNoOthers() throws IOException {
        assertThat(rows().stream().map(Row::field))
                .containsExactlyInAnyOrderElementsOf(messages().stream()
                        .flatMap(message -> message.getFields().stream())
                        .map(DocumentedFieldsTest::field)
                        .toList());
    }

    @Test
    void everyMessageIsNamedOnceAlsoThoseWithoutFields() throws IOException {
        List<String> named = lines("api-fields.md")
                .map(MESSAGE::matcher)
                .filter(Matcher::matches)
                .map(heading -> heading.group(1))
                .toList();

        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(
                        messages().stream().map(Descriptor::getFullName).toList());
    }

    @Test
    void aFieldThatDiffersOrIsNotThereSaysHow() throws IOException {
        assertThat(rows())
                .filteredOn(row -> !row.state().equals("done"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.how()).as("%s", row.field()).isNotBlank());
    }

    @Test
    void everyRpcIsInTheTableOnceAndThereAreNoOthers() throws IOException {
        List<String> named = lines("compatibility.md")
                .map(RPC_ROW::matcher)
                .filter(Matcher::matches)
                .flatMap(row -> Stream.of(row.group(2).split(", ")).map(method -> row.group(1) + "." + method))
                .toList();

        assertThat(named)
                .containsExactlyInAnyOrderElementsOf(FILES.stream()
                        .flatMap(file -> file.getServices().stream())
                        .map(ServiceDescriptor::getMethods)
                        .flatMap(List::stream)
                        .map(DocumentedFieldsTest::name)
                        .toList());
    }

    /** What is our own is no part of etcd's API, and stands in its own file. */
    @Test
    void noFileOfMessagesIsLeftOut() throws IOException {
        try (Stream<Path> files = Files.walk(PROTOS)) {
            assertThat(files.filter(Files::isRegularFile)
                            .map(file -> PROTOS.relativize(file).toString().replace('\\', '/'))
                            .filter(file -> !file.startsWith("managerpb/")))
                    .containsExactlyInAnyOrderElementsOf(
                            FILES.stream().map(FileDescriptor::getFullName).toList());
        }
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        String message = "";
        for (String line : lines("api-fields.md").toList()) {
            Matcher heading = MESSAGE.matcher(line);
            if (heading.matches()) {
                message = heading.group(1);
            } else if (line.startsWith("| ") && !line.startsWith("| number |") && !line.startsWith("| --- |")) {
                Matcher row = FIELD_ROW.matcher(line);
                assertThat(row.matches()).as("a row of a field: %s", line).isTrue();
                rows.add(new Row(
                        new Field(message, Integer.parseInt(row.group(1)), row.group(2)), row.group(3), row.group(4)));
            }
        }
        return rows;
    }

    private static Stream<String> lines(String document) throws IOException {
        return Files.readString(DOCUMENTS.resolve(document)).lines();
    }

    private static List<Descriptor> messages() {
        List<Descriptor> all = new ArrayList<>();
        FILES.forEach(file -> addAll(all, file.getMessageTypes()));
        return all;
    }

    private static void addAll(List<Descriptor> all, List<Descriptor> messages) {
        for (Descriptor message : messages) {
            all.add(message);
            addAll(all, message.getNestedTypes());
        }
    }

    private static Field field(FieldDescriptor field) {
        return new Field(field.getContainingType().getFullName(), field.getNumber(), field.getName());
    }

    private static String name(MethodDescriptor method) {
        return method.getService().getName() + "." + method.getName();
    }
}
