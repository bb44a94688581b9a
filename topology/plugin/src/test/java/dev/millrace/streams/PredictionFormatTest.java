package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.events.Prediction;
import dev.millrace.streams.engine.Classification;
import dev.millrace.streams.engine.FakeModel;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PredictionFormatTest {

  private static final Prediction.Source SOURCE = new Prediction.Source("images", 2, 42);

  @Test
  void prediction_listsTheMostProbableClasses() {
    Classification answer =
        new Classification(
            FakeModel.version(), new float[] {0, 0.2f, 0, 0.7f, 0, 0, 0, 0.1f, 0, 0});

    Prediction full = new PredictionFormat(2, true).prediction("a", SOURCE, answer);
    assertThat(full.label()).isEqualTo("class-3");
    assertThat(full.probability()).isEqualTo(0.7f);
    assertThat(full.top())
        .containsExactly(
            new Prediction.Top(3, "class-3", 0.7f), new Prediction.Top(1, "class-1", 0.2f));
    assertThat(full.probabilities().get(7)).isEqualTo(0.1f);
    assertThat(new PredictionFormat(2, false).prediction("a", SOURCE, answer).probabilities())
        .isNull();
  }

  @Test
  void prediction_ofIndependentClasses_namesThoseThatAreRight() {
    ModelManifest usual = FakeModel.version().manifest();
    ModelManifest manifest =
        new ModelManifest(
            usual.name(),
            usual.version(),
            usual.sha256(),
            usual.created(),
            usual.source(),
            null,
            usual.preprocessing(),
            usual.labels(),
            null,
            null,
            ModelManifest.INDEPENDENT,
            null,
            null);
    ModelVersion version = new ModelVersion(Path.of("nowhere"), manifest);
    float[] scores = {0.49f, 0.9f, 0, 0.5f, 0.99f, 0, 0, 0, 0, 0};

    Prediction prediction =
        new PredictionFormat(1, true).prediction("a", SOURCE, new Classification(version, scores));

    assertThat(prediction.labels()).containsExactly("class-4", "class-1", "class-3");
    assertThat(prediction.label()).isEqualTo("class-4");
    assertThat(prediction.top()).hasSize(1);
    assertThat(
            new PredictionFormat(1, true)
                .prediction("a", SOURCE, new Classification(version, new float[10]))
                .labels())
        .isEmpty();
    assertThat(
            new PredictionFormat(1, true)
                .prediction("a", SOURCE, new Classification(FakeModel.version(), scores))
                .independent())
        .isFalse();
  }
}
