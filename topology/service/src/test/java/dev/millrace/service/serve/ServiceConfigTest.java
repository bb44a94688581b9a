package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.streams.InferenceConfig;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceConfigTest {

  private static final Topics TOPICS = new Topics("in", "out", "dead");

  @Test
  void defaults_areOurs() {
    StreamsConfig streams = new StreamsConfig(config(Map.of()).streams());

    assertThat(streams.getString("application.id")).isEqualTo("millrace-m");
    assertThat(streams.getString("errors.dead.letter.queue.topic.name")).isEqualTo("dead");
    assertThat(producer(streams)).containsEntry("linger.ms", 5);
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
