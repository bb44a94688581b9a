package dev.millrace.service.serve;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.TopicConfig;

/**
 * Compares the limits of a service's topics. If the output topic refuses predictions, the images of
 * these predictions become dead letters. If the dead-letter topic accepts only smaller records than
 * an input topic, the dead letters of larger records lose the image. Immutable.
 */
public final class TopicComparison {

  private final Map<String, Config> configs;
  private final String output;
  private final String deadLetters;
  private final int maxRecordBytes;
  private final long predictionBytes;

  /**
   * Creates the comparison.
   *
   * @param topics the service's topics
   * @param configs each topic's configuration, by name; topics without a configuration are not
   *     compared
   * @param maxRecordBytes largest image record that the service's clients accept, in bytes
   * @param predictionBytes approximate size of the model's largest prediction, in bytes; 0 if the
   *     size is unknown
   */
  public TopicComparison(
      Topics topics, Map<String, Config> configs, int maxRecordBytes, long predictionBytes) {
    this.configs = new TreeMap<>(configs);
    this.output = topics.output();
    this.deadLetters = topics.deadLetters();
    this.maxRecordBytes = maxRecordBytes;
    this.predictionBytes = predictionBytes;
    this.configs.keySet().removeIf(topic -> !topic.equals(output) && !isOther(topics, topic));
  }

  private boolean isOther(Topics topics, String topic) {
    return topic.equals(deadLetters) || topics.isInput(topic);
  }

  /** {@return one line for each conflict of limits, with the consequence and the value to set} */
  public List<String> findings() {
    List<String> findings = new ArrayList<>();
    inputs().forEach(input -> compare(input).forEach(findings::add));
    if (number(output, TopicConfig.MAX_MESSAGE_BYTES_CONFIG).orElse(predictionBytes)
        < predictionBytes) {
      findings.add(
          tooSmall(output)
              + " a prediction of this model has about "
              + predictionBytes
              + " bytes, and an image whose prediction does not fit becomes a dead letter; "
              + set(output, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, predictionBytes)
              + ", or serve with --probabilities none");
    }
    for (String topic : List.of(output, deadLetters)) {
      if (isCompacted(topic)) {
        findings.add(
            "topic '"
                + topic
                + "' is compacted: it refuses records without a key, and keeps only the last record"
                + " of each key; "
                + set(topic, TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE));
      }
    }
    return findings;
  }

  private Stream<String> inputs() {
    return configs.keySet().stream()
        .filter(topic -> !topic.equals(output) && !topic.equals(deadLetters));
  }

  private Stream<String> compare(String input) {
    return Stream.of(
            largerThanOurs(input),
            largerThanDeadLetters(input),
            narrower(input, TopicConfig.MESSAGE_TIMESTAMP_BEFORE_MAX_MS_CONFIG, "older"),
            narrower(input, TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, "later"))
        .flatMap(Optional::stream);
  }

  private Optional<String> largerThanOurs(String input) {
    return number(input, TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
        .filter(limit -> limit > maxRecordBytes)
        .map(
            limit ->
                "topic '"
                    + input
                    + "' takes records of "
                    + limit
                    + " bytes, more than --max-record-bytes "
                    + maxRecordBytes
                    + ": a larger image that cannot be classified becomes a dead letter without its"
                    + " image; serve with --max-record-bytes "
                    + limit);
  }

  private Optional<String> largerThanDeadLetters(String input) {
    Optional<Long> deadLetterLimit = number(deadLetters, TopicConfig.MAX_MESSAGE_BYTES_CONFIG);
    Optional<Long> needed =
        number(input, TopicConfig.MAX_MESSAGE_BYTES_CONFIG)
            .map(limit -> limit + ServiceConfig.DEAD_LETTER_HEADERS);
    if (deadLetterLimit.isEmpty() || needed.isEmpty() || deadLetterLimit.get() >= needed.get()) {
      return Optional.empty();
    }
    return Optional.of(
        tooSmall(deadLetters)
            + " an image of '"
            + input
            + "' with a dead letter's headers has up to "
            + needed.get()
            + " bytes, and an image that does not fit becomes a dead letter without its image; "
            + set(deadLetters, TopicConfig.MAX_MESSAGE_BYTES_CONFIG, needed.get()));
  }

  /**
   * Compares the ranges of timestamps that two topics accept. A prediction has the timestamp of its
   * image, so the output topic has to accept every timestamp that the input topic accepts.
   */
  private Optional<String> narrower(String input, String key, String word) {
    if (stampsItself(input) || stampsItself(output)) {
      return Optional.empty();
    }
    Optional<Long> here = number(input, key);
    Optional<Long> there = number(output, key);
    if (here.isEmpty() || there.isEmpty() || there.get() >= here.get()) {
      return Optional.empty();
    }
    return Optional.of(
        "topic '"
            + output
            + "' has "
            + key
            + "="
            + there.get()
            + ", and '"
            + input
            + "' takes "
            + word
            + " timestamps (up to "
            + here.get()
            + " ms): an image with such a timestamp becomes a dead letter; "
            + set(output, key, here.get()));
  }

  private String tooSmall(String topic) {
    return "topic '"
        + topic
        + "' has "
        + TopicConfig.MAX_MESSAGE_BYTES_CONFIG
        + "="
        + number(topic, TopicConfig.MAX_MESSAGE_BYTES_CONFIG).orElseThrow()
        + ":";
  }

  private static String set(String topic, String key, Object value) {
    return "fix this with 'kafka-configs.sh --alter --entity-type topics --entity-name "
        + topic
        + " --add-config "
        + key
        + "="
        + value
        + "'";
  }

  private boolean isCompacted(String topic) {
    return text(topic, TopicConfig.CLEANUP_POLICY_CONFIG)
        .filter(policy -> policy.contains(TopicConfig.CLEANUP_POLICY_COMPACT))
        .isPresent();
  }

  private boolean stampsItself(String topic) {
    return text(topic, TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG)
        .filter("LogAppendTime"::equals)
        .isPresent();
  }

  private Optional<Long> number(String topic, String key) {
    return text(topic, key).map(Long::valueOf);
  }

  private Optional<String> text(String topic, String key) {
    return Optional.ofNullable(configs.get(topic))
        .map(config -> config.get(key))
        .map(ConfigEntry::value);
  }
}
