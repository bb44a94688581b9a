package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import dev.millrace.trainer.data.EvaluationSet;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.MiniBatch;
import dev.millrace.trainer.data.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotatorTest {

  private static final int BYTES = 2 * 2 * 3;

  @TempDir private Path folder;

  /** {@return a batch of images of 2x2 pixels, whose channels are equal} */
  private static MiniBatch batch(int... values) {
    ByteBuffer pixels = ByteBuffer.allocateDirect(values.length * 3);
    for (int value : values) {
      pixels.put((byte) value).put((byte) value).put((byte) value);
    }
    return new MiniBatch(pixels.rewind(), new int[values.length / 4]);
  }

  /** {@return the first channel of an image's pixels, row by row} */
  private static List<Integer> image(MiniBatch batch, int index) {
    ByteBuffer pixels = batch.pixels();
    List<Integer> values = new ArrayList<>();
    for (int i = index * BYTES; i < (index + 1) * BYTES; i += 3) {
      values.add((int) pixels.get(i));
    }
    return values;
  }

  @Test
  void batch_hasAllRotationsOfEachImage_andTheLabelCountsTheQuarterTurns() {
    MiniBatch rotated = new Rotator(2).all(batch(1, 2, 3, 4, 5, 6, 7, 8));

    assertThat(rotated.labels()).containsExactly(0, 1, 2, 3, 0, 1, 2, 3);
    assertThat(image(rotated, 0)).containsExactly(1, 2, 3, 4);
    assertThat(image(rotated, 1)).containsExactly(2, 4, 1, 3);
    assertThat(image(rotated, 2)).containsExactly(4, 3, 2, 1);
    assertThat(image(rotated, 3)).containsExactly(3, 1, 4, 2);
    assertThat(image(rotated, 4)).containsExactly(5, 6, 7, 8);
    assertThat(image(rotated, 7)).containsExactly(7, 5, 8, 6);
  }

  @Test
  void imageOfASet_hasTheRotationOfItsPosition() throws IOException {
    SmallImages.write(folder, 2, 5);
    int side = SmallImages.SIDE;
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0)) {
      List<Pixels.Image> images = new ArrayList<>();
      for (LabelledImage image : SmallImages.read(folder)) {
        images.add(pixels.add(image));
      }
      List<Integer> labels = new ArrayList<>();
      List<Byte> firstPixels = new ArrayList<>();

      new Rotator(side)
          .forEachBatch(
              new EvaluationSet(images, pixels.bytes()),
              batch -> {
                for (int i = 0; i < batch.size(); i++) {
                  labels.add(batch.labels()[i]);
                  firstPixels.add(batch.pixels().get(i * pixels.bytes()));
                }
              });

      assertThat(labels).containsExactly(0, 1, 2, 3, 0, 1, 2, 3, 0, 1);
      // A quarter turn counterclockwise brings these corners to the upper left, one by one.
      int[] corners = {0, side - 1, side * side - 1, side * (side - 1)};
      for (int i = 0; i < images.size(); i++) {
        assertThat(firstPixels.get(i)).isEqualTo(images.get(i).pixels()[corners[i % 4] * 3]);
      }
    }
  }
}
