package dev.millrace.service.quality;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.LabelDeserializer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

class KnownLabelsTest {

  private final KnownLabels labels = new KnownLabels(new LabelDeserializer());

  private void add(String key, String value) {
    labels.add(
        new ConsumerRecord<>(
            "labels",
            0,
            0,
            key == null ? null : key.getBytes(UTF_8),
            value == null ? null : value.getBytes(UTF_8)));
  }

  @Test
  void lastLabelOfAnImage_counts() {
    add("a.png", "cat");
    add("a.png", "dog");
    add("b.png", "cat");
    add("b.png", null);
    add(null, "cat");
    add("c.png", "two\nlines");

    assertThat(labels.find("a.png")).contains("dog");
    assertThat(labels.find("b.png")).isEmpty();
    assertThat(labels.find("c.png")).isEmpty();
  }

  @Test
  void oldestLabels_areForgotten() {
    for (int i = 0; i <= KnownLabels.MOST; i++) {
      add("image" + i, "cat");
    }
    assertThat(labels.find("image0")).isEmpty();
    assertThat(labels.find("image1")).contains("cat");
  }
}
