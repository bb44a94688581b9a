package dev.millrace.service.labels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the names of classes from YAML. The names are a list or a map, as a block or in brackets.
 * The file consists only of the names, or it has the names as the value of the key {@code names},
 * as in YOLO's data sets. All other keys of the file are skipped.
 */
final class YamlNames {

  private static final Pattern KEY =
      Pattern.compile("(?:names|labels|classes|class_names)\\s*:(?:\\s+(.*))?");
  private static final Pattern ITEM = Pattern.compile("-\\s+(.*)");
  private static final Pattern ENTRY =
      Pattern.compile("(\"[^\"]*\"|'[^']*'|[^:]*[^:\\s])\\s*:\\s+(.*)");
  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,9}");
  private static final Pattern NOTHING = Pattern.compile("\\s*(#.*)?|---.*|\\.\\.\\.");

  private YamlNames() {}

  /**
   * Reads the names.
   *
   * @param all the lines of the file
   * @param isYaml whether the file's name says that it is YAML
   * @return the names, or empty if the lines are not YAML
   * @throws IllegalArgumentException if the file is YAML and names no classes
   */
  static Optional<Found> read(List<String> all, boolean isYaml) {
    List<String> lines = all.stream().filter(line -> !NOTHING.matcher(line).matches()).toList();
    boolean isList = lines.size() > 1 && lines.stream().allMatch(line -> line.startsWith("- "));
    for (int i = 0; i < lines.size() && !isList; i++) {
      Matcher key = KEY.matcher(lines.get(i));
      if (key.matches()) {
        String value = uncommented(Optional.ofNullable(key.group(1)).orElse(""));
        List<String> rest = lines.subList(i + 1, lines.size());
        if (value.startsWith("[") || value.startsWith("{")) {
          return found(inBrackets(value + "\n" + String.join("\n", rest)));
        }
        if (value.isEmpty() && !block(rest).isEmpty()) {
          return found(node(block(rest)));
        }
      }
    }
    return isList || isYaml ? found(node(lines)) : Optional.empty();
  }

  private static Optional<Found> found(JsonNode names) {
    return Optional.of(JsonNames.read(names, "YAML"));
  }

  /** {@return the lines of a key's value, which are indented or are the items of a list} */
  private static List<String> block(List<String> lines) {
    return lines.stream()
        .takeWhile(line -> Character.isWhitespace(line.charAt(0)) || line.startsWith("-"))
        .toList();
  }

  /** Reads a list or a map, with one item or entry per line. */
  private static JsonNode node(List<String> lines) {
    String first = lines.isEmpty() ? "" : lines.get(0).strip();
    if (first.startsWith("[") || first.startsWith("{")) {
      return inBrackets(String.join("\n", lines));
    }
    if (!ITEM.matcher(first).matches()) {
      return map(lines);
    }
    List<String> items = new ArrayList<>();
    for (String line : lines) {
      Matcher item = ITEM.matcher(line.strip());
      if (!item.matches()) {
        throw new IllegalArgumentException(
            "its YAML list has the line '"
                + line.strip()
                + "', which is not an item; begin it with '-'");
      }
      items.add(item.group(1));
    }
    return list(items);
  }

  /** Reads {@code [a, b]} or <code>{0: a, 1: b}</code>, and skips the text after it. */
  private static JsonNode inBrackets(String text) {
    char end = text.charAt(0) == '[' ? ']' : '}';
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    char quote = 0;
    for (int i = 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (quote == 0 && (c == ',' || c == end)) {
        parts.add(part.toString());
        part.setLength(0);
        if (c == end) {
          if (parts.get(parts.size() - 1).isBlank()) {
            parts.remove(parts.size() - 1);
          }
          return end == ']' ? list(parts) : map(parts);
        }
        continue;
      }
      if (quote == 0 && (c == '"' || c == '\'') && part.toString().isBlank()) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
      part.append(c == '\n' ? ' ' : c);
    }
    throw new IllegalArgumentException("its YAML has no closing '" + end + "'; add it");
  }

  private static JsonNode list(List<String> items) {
    ArrayNode list = JsonNodeFactory.instance.arrayNode();
    items.forEach(item -> list.add(scalar(item)));
    return list;
  }

  private static JsonNode map(List<String> entries) {
    ObjectNode map = JsonNodeFactory.instance.objectNode();
    for (String line : entries) {
      Matcher entry = ENTRY.matcher(line.strip());
      if (!entry.matches()) {
        throw new IllegalArgumentException(
            "its YAML has the line '" + line.strip() + "', which is not an entry such as '0: cat'");
      }
      String key = scalar(entry.group(1));
      String value = scalar(entry.group(2));
      if (map.has(key)) {
        throw new IllegalArgumentException("its YAML has the key '" + key + "' twice; remove one");
      }
      if (INTEGER.matcher(value).matches() && !INTEGER.matcher(key).matches()) {
        map.put(key, Integer.valueOf(value));
      } else {
        map.put(key, value);
      }
    }
    return map;
  }

  /** {@return a quoted text without its quotes, or any other text without its comment} */
  private static String scalar(String text) {
    String value = text.strip();
    if (value.startsWith("'")) {
      return value.substring(1, closing(value, '\'')).replace("''", "'");
    }
    if (value.startsWith("\"")) {
      return value.substring(1, closing(value, '"')).replace("\\\"", "\"").replace("\\\\", "\\");
    }
    return uncommented(value);
  }

  private static int closing(String quoted, char quote) {
    int end = quoted.lastIndexOf(quote);
    if (end == 0) {
      throw new IllegalArgumentException("its YAML has no closing quote in " + quoted + "; add it");
    }
    return end;
  }

  private static String uncommented(String text) {
    return text.replaceFirst("(^|\\s)#.*", "").strip();
  }
}
