package dev.millrace.streams.sending;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class LimitsReaderTest {

  private final List<String> asked = new ArrayList<>();
  private String limit = "5000";

  private LimitsReader reader(long producerLimit) {
    return new LimitsReader(
        topic -> {
          asked.add(topic);
          return new Config(List.of(new ConfigEntry("max.message.bytes", limit)));
        },
        producerLimit);
  }

  @Test
  void limits_areReadOnceForEachTopic() {
    LimitsReader reader = reader(1_000_000);

    assertThat(reader.of("a").maxBytes()).isEqualTo(5_000);
    assertThat(reader.of("a").maxBytes()).isEqualTo(5_000);
    assertThat(reader.of("b").maxBytes()).isEqualTo(5_000);
    assertThat(asked).containsExactly("a", "b");
  }

  @Test
  void limits_areReadAnew_onceTheyAreForgotten() {
    LimitsReader reader = reader(1_000_000);
    assertThat(reader.of("a").maxBytes()).isEqualTo(5_000);
    limit = "3000";
    assertThat(reader.of("a").maxBytes()).isEqualTo(5_000);

    reader.forget();

    assertThat(reader.of("a").maxBytes()).isEqualTo(3_000);
  }

  @Test
  void producersLimit_counts_ifItIsLower() {
    assertThat(reader(4_000).of("a").maxBytes()).isEqualTo(4_000);
  }

  @Test
  void kafkasDefaults_areAssumed_withoutTheRightToRead() {
    LimitsReader reader =
        new LimitsReader(
            topic -> {
              throw new TopicAuthorizationException("no");
            },
            2_000_000);

    assertThat(reader.of("a")).isEqualTo(TopicLimits.DEFAULTS);
    assertThat(TopicLimits.DEFAULTS.maxBytes()).isEqualTo(1_048_588);
  }

  @Test
  void producersOwnConfiguration_isReadFromThatOfTheApplication() {
    LimitsReader reader =
        LimitsReader.of(
            Map.of(
                "application.id",
                "test",
                "bootstrap.servers",
                "localhost:1",
                "producer.max.request.size",
                "777",
                "admin.default.api.timeout.ms",
                "200",
                "admin.request.timeout.ms",
                "100"));

    assertThat(reader.of("a").maxBytes()).isEqualTo(777);
  }
}
