package dev.millrace.service.labels;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads text with one class per line, with or without a number on each line. */
final class LineNames {

  /** Matches WordNet's number of an ImageNet class and, after it, the names of the class. */
  private static final Pattern SYNSET = Pattern.compile("(n\\d{8})\\s+(?!\\d+$)(\\S.*)");

  private LineNames() {}

  static Found read(List<String> lines) {
    return synsets(lines)
        .or(() -> NumberedLines.read(lines, List.of()))
        .orElseGet(() -> new Found(lines, "one name a line"));
  }

  private static Optional<Found> synsets(List<String> lines) {
    List<String> ids = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = SYNSET.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      ids.add(matcher.group(1));
      names.add(matcher.group(2));
    }
    if (names.isEmpty()) {
      return Optional.empty();
    }
    String form = "ImageNet's synset.txt";
    return NumberedLines.read(names, ids)
        .map(found -> new Found(found.names(), found.ids(), form + " with " + found.form()))
        .or(() -> Optional.of(new Found(names, ids, form)));
  }
}
