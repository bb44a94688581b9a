package dev.millrace.connect;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;

/**
 * A condition on a configuration value. If a value does not meet the condition, the message names
 * the key, the value and what is allowed. Null values always pass, because Kafka knows whether a
 * key is required.
 *
 * @param allowed what is allowed, as messages and the reference name it
 * @param test returns whether a value is allowed
 */
record Requirement(String allowed, Test test) implements ConfigDef.Validator {

  private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

  /** A test of a value that is not null. */
  interface Test {
    boolean passes(Object value);
  }

  static final Requirement ABSOLUTE_PATH =
      new Requirement("an absolute path", value -> isAbsolute((String) value));
  static final Requirement TOPIC_NAME =
      new Requirement(
          "the name of a topic: up to 249 letters, digits, dots, underscores and hyphens",
          value -> TOPIC.matcher((String) value).matches() && !isDots((String) value));
  static final Requirement GLOBS =
      new Requirement("glob patterns, separated by commas", value -> areGlobs((List<?>) value));
  static final Requirement AT_LEAST_ONE_GLOB =
      new Requirement(
          "one or more glob patterns, separated by commas",
          value -> !((List<?>) value).isEmpty() && areGlobs((List<?>) value));
  static final Requirement NOT_EMPTY =
      new Requirement("a text that is not empty", value -> !((String) value).isBlank());

  static Requirement between(long least, long most) {
    return new Requirement(
        "a number from " + least + " to " + most,
        value -> ((Number) value).longValue() >= least && ((Number) value).longValue() <= most);
  }

  static Requirement oneOf(String... words) {
    return new Requirement("one of " + String.join(", ", words), List.of(words)::contains);
  }

  @Override
  public void ensureValid(String key, Object value) {
    if (value != null && !test.passes(value)) {
      throw new ConfigException(key, value, "must be " + allowed);
    }
  }

  @Override
  public String toString() {
    return allowed;
  }

  private static boolean isAbsolute(String text) {
    try {
      return Path.of(text).isAbsolute();
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static boolean isDots(String name) {
    return name.equals(".") || name.equals("..");
  }

  private static boolean areGlobs(List<?> globs) {
    try {
      for (Object glob : globs) {
        if (glob.toString().isEmpty()) {
          return false;
        }
        Path.of("").getFileSystem().getPathMatcher("glob:" + glob);
      }
      return true;
    } catch (PatternSyntaxException e) {
      return false;
    }
  }
}
