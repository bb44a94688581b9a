package dev.millrace.service.command.help;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Suggests known words that are similar to a mistyped word. The distance of two words is the
 * restricted Damerau-Levenshtein distance: the number of letters that are missing, added, wrong, or
 * swapped with their neighbour. Only the nearest words are suggested, and only if their distance is
 * at most about a third of their length.
 */
public final class Suggestions {

  private static final int MOST = 2;

  private Suggestions() {}

  /**
   * {@return the end of an error message, such as {@code , did you mean '--model'?}; empty if no
   * known word is near}
   *
   * @param word the mistyped word
   * @param known the words that are allowed
   */
  public static String text(String word, Collection<String> known) {
    SortedMap<Integer, Set<String>> byDistance = new TreeMap<>();
    for (String candidate : known) {
      int distance = distance(word, candidate);
      if (distance <= (candidate.length() + 1) / 3) {
        byDistance.computeIfAbsent(distance, any -> new TreeSet<>()).add(candidate);
      }
    }
    String near =
        byDistance.values().stream()
            .limit(1)
            .flatMap(Set::stream)
            .limit(MOST)
            .map(candidate -> "'" + candidate + "'")
            .collect(Collectors.joining(" or "));
    return near.isEmpty() ? "" : ", did you mean " + near + "?";
  }

  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        distance[i][j] = i == 0 || j == 0 ? i + j : edited(distance, a, b, i, j);
      }
    }
    return distance[a.length()][b.length()];
  }

  private static int edited(int[][] distance, String a, String b, int i, int j) {
    int changed = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int nearest = Math.min(changed, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(nearest, distance[i - 2][j - 2] + 1) : nearest;
  }
}
