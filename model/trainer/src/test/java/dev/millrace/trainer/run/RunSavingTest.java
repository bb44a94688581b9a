package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.EpochReport;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.Heard;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.LabelledImages;
import dev.millrace.trainer.data.Part;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSavingTest {

  private static final int EPOCHS = 4;

  @TempDir private Path home;

  private long now;

  /**
   * Trains epochs of two steps.
   *
   * @return the epoch in which the saved run would resume, at the end of each epoch; -1 if nothing
   *     is saved
   */
  private List<Integer> train(Duration step) {
    List<Integer> saved = new ArrayList<>();
    Heard heard =
        new Heard() {
          @Override
          public void epochEnded(EpochReport report) {
            saved.add(state().path("epoch").asInt(-1));
          }
        };
    assertThat(
            new TrainingRun(
                    Configs.of(home, EPOCHS, 0.05),
                    images(),
                    heard,
                    () -> {
                      now += step.toNanos();
                      return false;
                    },
                    () -> ++now)
                .run("run"))
        .isPresent();
    return saved;
  }

  private LabelledImages images() {
    SmallImages.write(home.resolve("images"), 2, 24);
    List<LabelledImage> images = new ArrayList<>();
    for (LabelledImage image : SmallImages.read(home.resolve("images"))) {
      Part part =
          images.size() % 6 == 0 ? Part.GATE : images.size() % 6 == 1 ? Part.REPORT : Part.TRAINING;
      images.add(
          new LabelledImage(image.key(), image.label(), image.content(), part, image.source()));
    }
    return new LabelledImages(new Labels(List.of("a", "b")), images);
  }

  private JsonNode state() {
    Path file = home.resolve("run/run.json");
    try {
      return new ObjectMapper().readTree(Files.exists(file) ? Files.readString(file) : "{}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The weights of a large network take longer to write than an epoch of its last layer. */
  @Test
  void shortEpochs_areNotSavedOneByOne() {
    assertThat(train(Duration.ofSeconds(1))).containsOnly(-1);
    assertThat(state().path("finished").asBoolean()).isTrue();
    assertThat(home.resolve("run/curve.svg")).exists();
  }

  @Test
  void longEpochs_areSavedAtTheNextStep() {
    assertThat(train(Duration.ofSeconds(31))).containsExactly(0, 1, 2, 3);
  }
}
