package io.quorate.cli.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A document of the repository, in Markdown. */
record Document(Path path, String text) {

    static final Path REPOSITORY = Path.of("..").toAbsolutePath().normalize();

    /** A word after a backslash, an opening parenthesis or a bar is a word too: {@code `--nodes 1|3|5`}. */
    private static final Pattern FLAG = Pattern.compile("(?<![\\w-])--[a-z][a-z-]*");

    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
    private static final String FENCE = "```";

    /**
     * A fenced block.
     *
     * @param marker the comment in the line before it, without its {@code <!--} and {@code -->}; empty if there is none
     * @param language what follows the opening fence
     * @param text its lines, each with its line end
     */
    record Block(String marker, String language, String text) {}

    /** @param name relative to the repository's root */
    static Document read(String name) throws IOException {
        Path path = REPOSITORY.resolve(name);
        return new Document(path, Files.readString(path));
    }

    /** README, ARCHITECTURE and all under {@code docs}. */
    static List<Document> all() throws IOException {
        List<Document> all = new ArrayList<>(List.of(read("README.md"), read("ARCHITECTURE.md")));
        try (Stream<Path> docs = Files.walk(REPOSITORY.resolve("docs"))) {
            for (Path path : docs.filter(path -> path.toString().endsWith(".md"))
                    .sorted()
                    .toList()) {
                all.add(new Document(path, Files.readString(path)));
            }
        }
        return all;
    }

    List<Block> blocks() {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith(FENCE)) {
                int end = i + 1;
                while (!lines.get(end).equals(FENCE)) {
                    end++;
                }
                blocks.add(new Block(
                        i == 0 ? "" : comment(lines.get(i - 1)),
                        lines.get(i).substring(FENCE.length()).strip(),
                        String.join("\n", lines.subList(i + 1, end)) + "\n"));
                i = end;
            }
        }
        return blocks;
    }

    private static String comment(String line) {
        return line.startsWith("<!--") && line.endsWith("-->")
                ? line.substring(4, line.length() - 3).strip()
                : "";
    }

    /** The only block with this marker. */
    Block block(String marker) {
        List<Block> found =
                blocks().stream().filter(block -> block.marker().equals(marker)).toList();
        if (found.size() != 1) {
            throw new AssertionError(path + " has " + found.size() + " blocks marked \"" + marker + "\", not one");
        }
        return found.getFirst();
    }

    /** Where its links lead, without those to other machines and those within the document. */
    List<String> linkedPaths() {
        return find(LINK, 1).stream()
                .filter(target -> !target.contains("://") && !target.startsWith("#"))
                .map(target -> target.split("#", 2)[0])
                .toList();
    }

    /** The long options that it names anywhere. */
    List<String> flags() {
        return find(FLAG, 0).stream().distinct().toList();
    }

    private List<String> find(Pattern pattern, int group) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult found) -> found.group(group))
                .toList();
    }
}
