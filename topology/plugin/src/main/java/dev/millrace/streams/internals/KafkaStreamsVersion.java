package dev.millrace.streams.internals;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.streams.KafkaStreams;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A version of Kafka Streams.
 *
 * @param major the first number
 * @param minor the second number
 * @param text the whole version, for example {@code 4.3.1}
 */
public record KafkaStreamsVersion(int major, int minor, String text) {

  /**
   * The oldest version that the plugin works with, because older versions lack the exception
   * handlers of KIP-1033.
   */
  private static final KafkaStreamsVersion OLDEST = new KafkaStreamsVersion(3, 9, "3.9");

  /** The newest version that the plugin was tested with. */
  private static final KafkaStreamsVersion NEWEST = new KafkaStreamsVersion(4, 4, "4.4");

  private static final Logger log = LoggerFactory.getLogger(KafkaStreamsVersion.class);
  private static final String RESOURCE = "/kafka/kafka-streams-version.properties";
  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6}).*");

  /**
   * {@return the version on the class path} If Kafka Streams does not state its version, all
   * numbers are 0.
   */
  public static KafkaStreamsVersion running() {
    Properties properties = new Properties();
    try (InputStream in = KafkaStreams.class.getResourceAsStream(RESOURCE)) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      log.debug("{} cannot be read", RESOURCE, e);
    }
    return of(properties.getProperty("version", "unknown"));
  }

  /**
   * Reads a version.
   *
   * @param text the version, for example {@code 4.3.1}
   * @return the version; if the text does not begin with two numbers, all numbers are 0
   */
  public static KafkaStreamsVersion of(String text) {
    Matcher numbers = NUMBERS.matcher(text);
    return numbers.matches()
        ? new KafkaStreamsVersion(
            Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)), text)
        : new KafkaStreamsVersion(0, 0, text);
  }

  /**
   * Tests whether this version is a given one or newer.
   *
   * @param major the first number of the other version
   * @param minor the second number of the other version
   * @return whether this version is the given version or newer
   */
  public boolean isAtLeast(int major, int minor) {
    return this.major > major || (this.major == major && this.minor >= minor);
  }

  /**
   * {@return whether the plugin was tested with this version} With a newer or unknown version, only
   * the first commit shows whether the commit barrier works (see {@link CommitBarrier}).
   */
  public boolean isTested() {
    return isAtLeast(OLDEST.major, OLDEST.minor) && !isAtLeast(NEWEST.major, NEWEST.minor + 1);
  }

  /**
   * Requires a version that the plugin works with. Logs a warning if this version is unknown or
   * newer than the tested versions. In this case, the commit barrier itself checks that Kafka
   * Streams still flushes it.
   *
   * @throws UnsupportedOperationException if this version is too old; the message names this
   *     version and the supported versions
   */
  public void requireSupported() {
    if (major != 0 && !isAtLeast(OLDEST.major, OLDEST.minor)) {
      throw new UnsupportedOperationException(
          "Kafka Streams %s is too old: Millrace works with %s to %s; use one of these"
              .formatted(text, OLDEST.text, NEWEST.text));
    }
    if (!isTested()) {
      log.warn(
          "Millrace was tested with Kafka Streams {} to {}, and not with {}. If this version commits"
              + " in another way, the stream fails instead of losing records",
          OLDEST.text,
          NEWEST.text,
          text);
    }
  }
}
