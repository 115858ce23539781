package io.quorate.cli.readme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the documents say of the repository is so. */
class DocumentsTest {

    @Test
    void everyLinkLeadsToAFile() throws IOException {
        int links = 0;
        for (Document document : Document.all()) {
            for (String target : document.linkedPaths()) {
                Path path = document.path().resolveSibling(target);
                assertThat(path)
                        .as("a link of %s", Document.REPOSITORY.relativize(document.path()))
                        .exists();
                links++;
            }
        }
        assertThat(links).as("links in all documents").isPositive();
    }

    @Test
    void theArchitectureNamesEveryModuleAndNoOther() throws IOException {
        String pom = Files.readString(Document.REPOSITORY.resolve("pom.xml"));
        // What a profile adds comes later in the file, and is no part of the product.
        List<String> modules = find("<module>([^<]+)</module>", pom.substring(0, pom.indexOf("</modules>")));

        String architecture = Document.read("ARCHITECTURE.md").text();

        assertThat(find("(?m)^\\| `([a-z]+)` \\| `io\\.quorate", architecture))
                .as("the table of modules")
                .containsExactlyInAnyOrderElementsOf(modules);
        List<String> numbers =
                List.of("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten");
        assertThat(architecture).contains("Quorate is " + numbers.get(modules.size()) + " Maven modules");
    }

    @Test
    void everyDependencyIsExplained() throws IOException {
        String explained = Document.read("docs/dependencies.md").text().toLowerCase(Locale.ROOT);

        List<String> versions = find("<([a-z-]+)\\.version>", Files.readString(Document.REPOSITORY.resolve("pom.xml")));

        assertThat(versions)
                .contains("netty")
                .allSatisfy(name -> assertThat(explained)
                        .as("docs/dependencies.md")
                        .contains(name.replace("-generator", "").replace("errorprone", "error prone")));
    }

    private static List<String> find(String pattern, String text) {
        return Pattern.compile(pattern)
                .matcher(text)
                .results()
                .map(found -> found.group(1))
                .toList();
    }
}
