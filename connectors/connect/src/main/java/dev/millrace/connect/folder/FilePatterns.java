package dev.millrace.connect.folder;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Locale;

/**
 * Selects files by glob patterns, ignoring case. A pattern without a slash is matched against the
 * file's name. A pattern with a slash is matched against the path below the watched folder.
 * Immutable.
 */
public final class FilePatterns {

  private final List<Pattern> include;
  private final List<Pattern> exclude;

  private record Pattern(PathMatcher matcher, boolean wholePath) {

    static Pattern of(String glob) {
      String lower = glob.toLowerCase(Locale.ROOT);
      return new Pattern(
          FileSystems.getDefault().getPathMatcher("glob:" + lower), lower.contains("/"));
    }

    boolean matches(Path path) {
      return matcher.matches(wholePath ? path : path.getFileName());
    }
  }

  /**
   * Creates the patterns.
   *
   * @param include a file must match at least one of these globs
   * @param exclude a file must match none of these globs
   * @throws java.util.regex.PatternSyntaxException if a glob is malformed
   */
  public FilePatterns(List<String> include, List<String> exclude) {
    this.include = include.stream().map(Pattern::of).toList();
    this.exclude = exclude.stream().map(Pattern::of).toList();
  }

  /**
   * {@return whether a file is chosen}
   *
   * @param path the file's path below the watched folder
   */
  public boolean choose(Path path) {
    Path lower = Path.of(path.toString().toLowerCase(Locale.ROOT));
    return include.stream().anyMatch(pattern -> pattern.matches(lower))
        && exclude.stream().noneMatch(pattern -> pattern.matches(lower));
  }
}
