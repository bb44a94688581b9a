package dev.millrace.service.labels;

import dev.millrace.service.labels.ClassNames.Found;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads text with one class a line. */
final class LineNames {

  /** WordNet's number of an ImageNet class, then its names. */
  private static final Pattern SYNSET = Pattern.compile("n\\d{8}\\s+(\\S.*)");

  /** An index, then a name, such as {@code 0: tench} or {@code 0 tench}. */
  private static final Pattern NUMBERED =
      Pattern.compile("(\\d{1,9})(?:\\s*:\\s*|\\s+)([^\\s:-].*)");

  private LineNames() {}

  static Found read(List<String> lines) {
    return synsets(lines)
        .or(() -> numbered(lines))
        .orElseGet(() -> new Found(lines, "one name a line"));
  }

  private static Optional<Found> synsets(List<String> lines) {
    List<String> names = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = SYNSET.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      names.add(matcher.group(1));
    }
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Found(names, "ImageNet's synset.txt"));
  }

  /** Takes lines as numbered only if each number is its line's. */
  private static Optional<Found> numbered(List<String> lines) {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = NUMBERED.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      numbers.add(Integer.valueOf(matcher.group(1)));
      names.add(matcher.group(2));
    }
    return names.size() > 1 && Indices.areInOrder(numbers)
        ? Optional.of(new Found(names, "numbered lines"))
        : Optional.empty();
  }
}
