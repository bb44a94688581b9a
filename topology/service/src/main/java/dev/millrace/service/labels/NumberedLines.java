package dev.millrace.service.labels;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads lines that all have a number at the same place, before or after the name. The numbers are
 * indices if no number from the first to the last is missing, and if most names differ after the
 * numbers are removed. The lines may be in any order. Therefore, {@code class 0} to {@code class 9}
 * are names, because they differ only in the number. If the numbers are not complete, they belong
 * to the names, as in {@code boeing 747}. But the file is refused if a mark such as a colon
 * separates the numbers from the names, or if one of the numbers is 0.
 *
 * @param place where the numbers are
 * @param numbers the number of each line
 * @param names the rest of each line
 */
record NumberedLines(Place place, List<Integer> numbers, List<String> names) {

  /**
   * The position of a line's number. The pattern of each position has the groups {@code number} and
   * {@code name}.
   */
  enum Place {
    /**
     * Before a mark: {@code 0: tench}, {@code 0=tench}, {@code 0) tench}, {@code 0. tench} or
     * {@code 0 - tench}.
     */
    BEFORE_A_MARK("NUMBER(?:\\s*(?:=>|->|[:=);|\\t]|,(?!\\d{3}\\b))\\s*|\\.\\s+|\\s+-\\s+)NAME"),
    /**
     * After a mark: {@code tench: 0}. The comma in a number such as {@code 1,000} is not a mark.
     */
    AFTER_A_MARK("NAME\\s*(?:=>|->|[:=;|\\t]|(?<!\\d),|,(?!\\d{3}$))\\s*NUMBER"),
    /** At the beginning of the line, before a space: {@code 0 tench}. */
    FIRST("NUMBER\\s+NAME"),
    /** At the end of the line, after a space: {@code /a/airfield 0}, as in Places365. */
    LAST("NAME\\s+NUMBER");

    private final Pattern line;

    Place(String line) {
      this.line =
          Pattern.compile(
              line.replace("NUMBER", "[\"']?(?<number>-?\\d{1,9})[\"']?")
                  .replace("NAME", "(?<name>.*?)"));
    }

    private boolean isMarked() {
      return this == BEFORE_A_MARK || this == AFTER_A_MARK;
    }

    private boolean isLast() {
      return this == AFTER_A_MARK || this == LAST;
    }
  }

  /**
   * The largest number of characters of a line that may have a number. A longer line is not a valid
   * name.
   */
  private static final int LONGEST_LINE = 2_000;

  /** A name in quotes, as in a dict without its brackets. */
  private static final Pattern QUOTED = Pattern.compile("([\"'])(.*)\\1,?");

  /**
   * Reads the names.
   *
   * @param lines the lines
   * @param ids a further name of each line, or an empty list
   * @return the names in the order of their indices, or empty if the lines have no indices
   * @throws IllegalArgumentException if the indices of the lines are not complete, or if each line
   *     has two indices
   */
  static Optional<Found> read(List<String> lines, List<String> ids) {
    if (lines.size() < 2 || lines.stream().anyMatch(line -> line.length() > LONGEST_LINE)) {
      return Optional.empty();
    }
    List<NumberedLines> readings =
        Arrays.stream(Place.values()).flatMap(place -> of(place, lines).stream()).toList();
    Optional<NumberedLines> complete =
        readings.stream().filter(each -> Indices.areComplete(each.numbers)).findFirst();
    complete.ifPresent(chosen -> chosen.requireNoOther(readings));
    return complete
        .or(() -> readings.stream().filter(NumberedLines::areSurelyIndices).findFirst())
        .map(chosen -> chosen.found(ids));
  }

  /**
   * {@return the lines, if all lines have a number at this place, and most names differ without it}
   */
  private static Optional<NumberedLines> of(Place place, List<String> lines) {
    List<Integer> numbers = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (String line : lines) {
      Matcher matcher = place.line.matcher(line);
      if (!matcher.matches()) {
        return Optional.empty();
      }
      numbers.add(Integer.valueOf(matcher.group("number")));
      names.add(matcher.group("name"));
    }
    return 2 * Set.copyOf(names).size() > names.size()
        ? Optional.of(new NumberedLines(place, numbers, unquoted(names)))
        : Optional.empty();
  }

  /**
   * {@return the names without their quotes and the commas after the quotes, if all names have
   * quotes}
   */
  private static List<String> unquoted(List<String> names) {
    List<Matcher> quoted = names.stream().map(QUOTED::matcher).toList();
    return quoted.stream().allMatch(Matcher::matches)
        ? quoted.stream().map(each -> each.group(2)).toList()
        : names;
  }

  /** Tests whether the numbers must be indices although they are not complete. */
  private boolean areSurelyIndices() {
    return place.isMarked() || numbers.contains(0);
  }

  /** Refuses lines that each consist of two numbers, because either number could be the index. */
  private void requireNoOther(List<NumberedLines> readings) {
    boolean isOther =
        readings.stream()
            .anyMatch(each -> Indices.areComplete(each.numbers) && !each.numbers.equals(numbers));
    if (isOther && names.stream().allMatch(name -> name.matches("\\d+"))) {
      throw new IllegalArgumentException(
          "each of its lines has two numbers, and either could be the index; give a CSV file with"
              + " the header 'index,name' or 'name,index'");
    }
  }

  private Found found(List<String> ids) {
    String form = place.isLast() ? "lines with the number last" : "numbered lines";
    try {
      return new Found(names, ids, form + (Indices.areFromOne(numbers) ? ", numbered from 1" : ""))
          .sorted(numbers);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + ", or give a JSON list if the numbers belong to the names", e);
    }
  }
}
