package dev.millrace.service.command.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.events.Prediction;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** Tests the output of the demo. */
class DemoScreenTest {

  private final StringWriter out = new StringWriter();
  private long now;
  private final DemoScreen screen = new DemoScreen(new PrintWriter(out), () -> now);

  @Test
  void versionsFirstPrediction_tellsSinceWhenItServes() {
    now = 41_600_000_000L;

    screen.prediction(prediction("cat/1.png", "cat", 2));
    screen.prediction(prediction("cat/2.png", "cat", 2));

    assertThat(lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("cat/1.png", "m/2"),
            line -> assertThat(line).isEqualTo("version 2 serves, 42 s after the start"),
            line -> assertThat(line).contains("cat/2.png"));
  }

  @Test
  void predictionIsRight_ifItsKeyBeginsWithItsLabel() {
    screen.prediction(prediction("cat/1.png", "cat", 1));
    screen.prediction(prediction("cat/2.png", "dog", 1));
    screen.prediction(prediction("catfish/3.png", "cat", 2));

    screen.conclude();

    assertThat(screen.count()).isEqualTo(3);
    assertThat(lines())
        .endsWith(
            "version 1: 1 of 2 right, 50.0 %",
            "version 2: 0 of 1 right, 0.0 %", "3 predictions, 1 with the label that the image has");
  }

  /** As after {@code demo | head -1}, or on a full disk. */
  @Test
  void outputThatCannotBeWritten_isLost() {
    DemoScreen broken =
        new DemoScreen(
            new PrintWriter(
                new Writer() {
                  @Override
                  public void write(char[] text, int offset, int length) throws IOException {
                    throw new IOException("Broken pipe");
                  }

                  @Override
                  public void flush() {}

                  @Override
                  public void close() {}
                }),
            () -> now);
    assertThat(broken.isLost()).isFalse();

    broken.say("the broker is at localhost:9092");

    assertThat(broken.isLost()).isTrue();
    screen.say("the broker is at localhost:9092");
    assertThat(screen.isLost()).isFalse();
  }

  @Test
  void hundredPredictions_areSummedUp() {
    for (int i = 0; i < 100; i++) {
      screen.prediction(prediction("cat/" + i + ".png", "cat", 1));
    }

    assertThat(lines()).last().isEqualTo("version 1: 100 of 100 right, 100.0 %");
    assertThat(lines()).filteredOn(line -> line.startsWith("version 1: ")).hasSize(1);
  }

  @Test
  void trainersEvents_areTold_asFarAsTheyMatter() throws Exception {
    training("{\"event\":\"began\"}");
    training("{\"event\":\"epoch\",\"report\":{\"epoch\":3,\"loss\":0.25}}");
    training("{\"event\":\"judged\",\"verdict\":{\"blessed\":true,\"reason\":\"it is better\"}}");
    training("{\"event\":\"judged\",\"verdict\":{\"blessed\":false,\"reason\":\"it is not\"}}");
    training("{\"event\":\"promoted\",\"version\":4}");

    assertThat(lines())
        .containsExactly(
            "trainer: epoch 3, loss 0.250",
            "trainer: blessed: it is better",
            "trainer: not blessed: it is not",
            "trainer: version 4 is promoted");
  }

  private void training(String event) throws Exception {
    screen.training(new ObjectMapper().readTree(event));
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  private static ConsumerRecord<String, Prediction> prediction(
      String key, String label, int version) {
    Prediction prediction =
        new Prediction(
            key,
            new Prediction.Model("m", version, "ab"),
            label,
            0.9f,
            List.of(new Prediction.Top(0, label, 0.9f)),
            null,
            new Prediction.Source("images", 0, 0));
    return new ConsumerRecord<>("predictions", 0, 0, key, prediction);
  }
}
