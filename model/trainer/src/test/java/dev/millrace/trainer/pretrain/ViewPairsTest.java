package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.training.Views;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ViewPairsTest {

  private static final int SIDE = SmallImages.SIDE;
  private static final int EPOCHS = 100;

  @TempDir private Path folder;

  /** Writes a picture whose left third, outside the crop for the network's input, is white. */
  private Pixels.Image wide(Pixels pixels) throws IOException {
    BufferedImage picture = new BufferedImage(3 * SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < SIDE * SIDE; i++) {
      picture.setRGB(i % SIDE, i / SIDE, 0xFFFFFF);
    }
    Path file = folder.resolve("wide.png");
    ImageIO.write(picture, "png", file.toFile());
    return pixels.add(
        new LabelledImage("wide", 0, "", Part.TRAINING, () -> Files.readAllBytes(file)));
  }

  /** Returns the number of views whose upper left pixel is white. */
  private static int white(ViewPairs pairs) {
    int white = 0;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
      for (MiniBatch views : pairs.batch(epoch, 0)) {
        white += views.pixels().get(0) == (byte) 0xFF ? 1 : 0;
      }
    }
    return white;
  }

  private ViewPairs pairs(Pixels pixels, double area) throws IOException {
    Pixels.Image image = wide(pixels);
    return new ViewPairs(
        List.of(image, image), Configs.PREPROCESSING, 2, new Views(area, false, 0, 0, 0), 1);
  }

  @Test
  void views_arePartsOfTheWholePicture() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 1 << 20, 0.1)) {
      assertThat(white(pairs(pixels, 0.1))).isBetween(EPOCHS / 4, 2 * EPOCHS - EPOCHS / 4);
    }
  }

  @Test
  void views_withoutParts_showTheCrop() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 1 << 20, 1)) {
      assertThat(white(pairs(pixels, 1))).isZero();
    }
  }

  /** A resumed epoch begins with a later batch. */
  @ParameterizedTest
  @CsvSource({"0.1", "1"})
  void sameEpochAndBatch_areTheSameViews(double area) throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0, area)) {
      ViewPairs one = pairs(pixels, area);
      ViewPairs other = pairs(pixels, area);
      one.batch(0, 0);
      one.batch(3, 0);

      assertThat(one.batch(2, 0)[1].pixels()).isEqualTo(other.batch(2, 0)[1].pixels());
      assertThat(one.batch(2, 0)[0].pixels()).isEqualTo(other.batch(2, 0)[0].pixels());
    }
  }
}
