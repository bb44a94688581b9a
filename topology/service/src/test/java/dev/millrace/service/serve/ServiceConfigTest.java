package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.InferenceConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceConfigTest {

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

  /** Under the other protocol Kafka Streams makes its consumer itself. */
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

  private static Map<String, Object> producer(StreamsConfig streams) {
    return streams.getProducerConfigs("client");
  }
}
