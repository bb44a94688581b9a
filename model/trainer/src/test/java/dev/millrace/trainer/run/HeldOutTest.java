package dev.millrace.trainer.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.evaluation.Figures;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Pixels;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeldOutTest {

  @TempDir Path folder;

  @Test
  void lossAndAccuracy_areMeansOverTheImages() throws IOException {
    SmallImages.write(folder, 2, 2); // four images of the classes 0, 0, 1, 1
    float[] answers = {0.75f, 0.25f, 0.25f, 0.75f, 0, 1, 0.5f, 0.5f};

    Figures heldOut = of(answers);

    assertThat(heldOut.n()).isEqualTo(4);
    assertThat(heldOut.top1().value()).as("a tie is an answer of the lower class").isEqualTo(0.5);
    assertThat(heldOut.logLoss().value())
        .isCloseTo(-(Math.log(0.75) + Math.log(0.25) + Math.log(0.5)) / 4, within(1e-6));
  }

  @Test
  void certainWrongAnswer_hasAFiniteLoss() throws IOException {
    SmallImages.write(folder, 2, 1);

    assertThat(of(new float[] {0, 1, 0, 1}).logLoss().value())
        .isCloseTo(-Math.log(Float.MIN_NORMAL) / 2, within(1e-6));
  }

  private Figures of(float[] answers) throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0)) {
      List<Pixels.Image> images = new ArrayList<>();
      for (LabelledImage image : SmallImages.read(folder)) {
        images.add(pixels.add(image));
      }
      return HeldOut.of(
          batch -> FloatBuffer.wrap(answers),
          new EvaluationSet(images, Configs.PREPROCESSING.bytes()),
          2);
    }
  }
}
