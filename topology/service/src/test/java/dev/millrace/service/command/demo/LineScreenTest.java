package dev.millrace.service.command.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.service.demo.VersionScores;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests the lines of the demo. */
class LineScreenTest {

  private final StringWriter out = new StringWriter();
  private long now;
  private final VersionScores scores = new VersionScores();
  private final DemoScreen screen = new LineScreen(new PrintWriter(out), scores, () -> now);

  @Test
  void versionsFirstPrediction_isFollowedByTheTime() {
    now = 41_600_000_000L;

    predict("cat/1.png", "cat", 2);
    predict("cat/2.png", "cat", 2);

    assertThat(lines())
        .satisfiesExactly(
            line -> assertThat(line).contains("cat/1.png", "m/2"),
            line -> assertThat(line).isEqualTo("version 2 serves, 42 s after the start"),
            line -> assertThat(line).contains("cat/2.png"));
  }

  @Test
  void prediction_isRight_ifItIsTheImagesLabel() {
    predict("cat/1.png", "cat", 1);
    predict("cat/2.png", "dog", 1);
    predict("catfish/3.png", "cat", 2);

    assertThat(scores.table())
        .isEqualTo(
            "version 1: 1 of 2 right, 50.0 % (9.5 to 90.5)\nversion 2: 0 of 1 right, 0.0 % (0.0 to 79.3)");
  }

  /** Output cannot be written, for example, in {@code demo | head -1}, or on a full disk. */
  @Test
  void outputThatCannotBeWritten_endsTheDemo() {
    DemoScreen broken =
        new LineScreen(
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
            scores,
            () -> now);
    assertThat(broken.isEnded()).isFalse();

    broken.say("the broker is at localhost:9092");

    assertThat(broken.isEnded()).isTrue();
    screen.say("the broker is at localhost:9092");
    assertThat(screen.isEnded()).isFalse();
  }

  @Test
  void hundredPredictions_areSummedUp() {
    for (int i = 0; i < 100; i++) {
      predict("cat/" + i + ".png", "cat", 1);
    }

    assertThat(lines()).last().isEqualTo("version 1: 100 of 100 right, 100.0 % (96.3 to 100.0)");
    assertThat(lines()).filteredOn(line -> line.startsWith("version 1: ")).hasSize(1);
  }

  @Test
  void trainersEvents_areLines() throws Exception {
    screen.training(new ObjectMapper().readTree("{\"event\":\"began\"}"));
    screen.training(new ObjectMapper().readTree("{\"event\":\"promoted\",\"version\":4}"));

    assertThat(lines()).containsExactly("trainer: version 4 promoted");
  }

  private List<String> lines() {
    return out.toString().lines().toList();
  }

  private void predict(String key, String label, int version) {
    Predictions.show(screen, key, label, version, new byte[0]);
  }
}
