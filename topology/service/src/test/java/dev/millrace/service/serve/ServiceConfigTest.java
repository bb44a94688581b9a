package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.streams.InferenceConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceConfigTest {

  private static final String METADATA_AGE = "metadata.max.age.ms";
  private static final Topics TOPICS = new Topics("in", "out", "dead");

  @Test
  void defaults_areOurs() {
    StreamsConfig streams = new StreamsConfig(config(Map.of()).streams());

    assertThat(streams.getString("application.id")).isEqualTo("millrace-m");
    assertThat(streams.getString("errors.dead.letter.queue.topic.name")).isEqualTo("dead");
    assertThat(producer(streams)).containsEntry("linger.ms", 1);
  }

  @ParameterizedTest
  @CsvSource({"at_least_once, 1000", "exactly_once_v2, 500"})
  void commits_areMoreFrequentWherePredictionsWaitForThem(String guarantee, long millis) {
    StreamsConfig streams =
        new StreamsConfig(config(Map.of("processing.guarantee", guarantee)).streams());

    assertThat(streams.getLong("commit.interval.ms")).isEqualTo(millis);
  }

  /** Under group.protocol=streams, an answer cannot interrupt a poll, so polls have to be short. */
  @ParameterizedTest
  @CsvSource({"classic, 100", "streams, 5"})
  void polls_areShortOnlyWhereAnswersWaitForThem(String protocol, long millis) {
    StreamsConfig streams = new StreamsConfig(config(Map.of("group.protocol", protocol)).streams());

    assertThat(streams.getLong("poll.ms")).isEqualTo(millis);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linger.ms", "producer.linger.ms"})
  void key_winsOverTheDefault_withItsPrefixAndWithout(String key) {
    assertThat(producer(new StreamsConfig(config(Map.of(key, "50")).streams())))
        .containsEntry("linger.ms", "50");
  }

  /** A thread with many polled records and a slow model would not take part in a rebalance. */
  @Test
  void polls_returnFewRecords_unlessAsked() {
    assertThat(polled(Map.of())).hasToString("50");
    assertThat(polled(Map.of("max.poll.records", "7"))).hasToString("7");
    assertThat(polled(Map.of("consumer.max.poll.records", "8"))).hasToString("8");
    assertThat(polled(Map.of("main.consumer.max.poll.records", "9"))).hasToString("9");
  }

  /**
   * Otherwise, a task of several topics would wait for records of a topic that has none to read.
   */
  @ParameterizedTest
  @CsvSource({"-1,", "100, 100"})
  void topicsOfATask_doNotWaitForEachOther_unlessAsked(long millis, String asked) {
    Map<String, String> kafka = asked == null ? Map.of() : Map.of("max.task.idle.ms", asked);

    assertThat(new StreamsConfig(config(kafka).streams()).getLong("max.task.idle.ms"))
        .isEqualTo(millis);
  }

  private static Object polled(Map<String, String> kafka) {
    return consumer(kafka).get("max.poll.records");
  }

  /** Each step of a rebalance waits until all members have sent a heartbeat. */
  @Test
  void members_learnOfARebalanceWithinASecond_unlessAsked() {
    assertThat(consumer(Map.of()))
        .containsEntry("session.timeout.ms", 10_000)
        .containsEntry("heartbeat.interval.ms", 1_000);
    assertThat(consumer(Map.of("heartbeat.interval.ms", "300")))
        .containsEntry("heartbeat.interval.ms", "300");
  }

  private static Map<String, Object> consumer(Map<String, String> kafka) {
    return new StreamsConfig(config(kafka).streams()).getMainConsumerConfigs("g", "c", 0);
  }

  /** With Kafka's default, the images of a new partition would wait up to five minutes. */
  @Test
  void newPartitions_areLookedForTwiceAMinute() {
    StreamsConfig streams = new StreamsConfig(config(Map.of()).streams());
    assertThat(streams.getMainConsumerConfigs("g", "c", 0)).containsEntry(METADATA_AGE, 30_000);
    assertThat(producer(streams)).containsEntry(METADATA_AGE, 30_000);

    StreamsConfig asked = new StreamsConfig(config(Map.of(METADATA_AGE, "500")).streams());
    assertThat(asked.getMainConsumerConfigs("g", "c", 0)).containsEntry(METADATA_AGE, "500");
  }

  @Test
  void group_isTheApplication_andBeginsWhereKafkaIsTold() {
    assertThat(config(Map.of()).group()).isEqualTo("millrace-m");
    assertThat(config(Map.of("application.id", "other")).group()).isEqualTo("other");
    assertThat(config(Map.of()).offsetReset()).isEqualTo("earliest");
    assertThat(config(Map.of("auto.offset.reset", "latest")).offsetReset()).isEqualTo("latest");
  }

  @Test
  void pattern_isRefusedWhereTheProtocolTakesNone() {
    Topics pattern = new Topics(List.of(), "in.*", "out", "dead");
    Properties streams = new Properties();
    streams.put("group.protocol", "STREAMS");

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ServiceConfig.of(InferenceConfig.of(Path.of("models"), "m"), pattern, streams))
        .withMessageStartingWith("input-pattern: group.protocol=streams takes no pattern");
  }

  @Test
  void text_holdsNoValuesOfKafkasKeys() {
    assertThat(config(Map.of("sasl.jaas.config", "s3cret")).toString())
        .contains("sasl.jaas.config")
        .doesNotContain("s3cret");
  }

  private static ServiceConfig config(Map<String, String> kafka) {
    Properties properties = new Properties();
    properties.put("bootstrap.servers", "localhost:9092");
    properties.putAll(kafka);
    return ServiceConfig.of(InferenceConfig.of(Path.of("models"), "m"), TOPICS, properties);
  }

  @ParameterizedTest
  @CsvSource({
    "batch.size,          200000, 1500,    1500",
    "producer.batch.size, 200000, 1500,    1500",
    "producer.batch.size, 1000,   1500,    1000",
    "batch.size,          '200000 ', 1500, 1500",
    "batch.size,          200000, 1048588, 200000",
    "linger.ms,           1,      1048588, 131072"
  })
  void batches_areNoLargerThanTheTopicsAccept(
      String key, String value, long largest, int expected) {
    StreamsConfig streams = new StreamsConfig(config(Map.of(key, value)).streams(largest));
    assertThat(producer(streams).get("batch.size")).hasToString(Integer.toString(expected));
  }

  @Test
  void numbers_mayHaveSpaces() {
    assertThat(config(Map.of("metadata.max.age.ms", "5000 ")).newTopicsAfter())
        .isEqualTo(Duration.ofSeconds(5));
  }

  private static Map<String, Object> producer(StreamsConfig streams) {
    return streams.getProducerConfigs("client");
  }
}
