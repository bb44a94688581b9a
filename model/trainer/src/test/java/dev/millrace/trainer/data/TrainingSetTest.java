package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.model.Setting;
import dev.millrace.core.training.Augmentation;
import dev.millrace.core.training.Mixing;
import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.SmallImages;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingSetTest {

  private static final Sampling BATCHES_OF_5 = new Sampling(5, false);

  @TempDir Path folder;

  private List<Pixels.Image> images(Pixels pixels) throws IOException {
    SmallImages.write(folder, 2, 10);
    List<Pixels.Image> images = new ArrayList<>();
    for (LabelledImage image : SmallImages.read(folder)) {
      images.add(pixels.add(image));
    }
    return images;
  }

  private static byte[] image(MiniBatch batch, int index) {
    byte[] pixels = new byte[SmallImages.SIDE * SmallImages.SIDE * 3];
    batch.pixels().get(index * pixels.length, pixels);
    return pixels;
  }

  @Test
  void epoch_hasEachImageOnce_inAnOrderOfItsOwn() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0)) {
      TrainingSet set =
          new TrainingSet(
              images(pixels), Configs.PREPROCESSING, BATCHES_OF_5, Augmentation.NONE, 1);
      assertThat(set.batches()).isEqualTo(4);
      assertThat(order(set, 0)).hasSize(20).doesNotHaveDuplicates();
      assertThat(order(set, 1)).containsExactlyInAnyOrderElementsOf(order(set, 0));
      assertThat(order(set, 1)).isNotEqualTo(order(set, 0));
    }
  }

  @Test
  void balancedEpoch_hasEachClassEquallyOften() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0)) {
      List<Pixels.Image> unbalanced = images(pixels).subList(0, 12);
      assertThat(unbalanced).filteredOn(image -> image.label() == 1).hasSize(2);

      assertThat(labels(unbalanced, false)).filteredOn(label -> label == 1).hasSize(2);
      assertThat(labels(unbalanced, true)).filteredOn(label -> label == 1).hasSize(6);
      assertThat(labels(unbalanced, true)).filteredOn(label -> label == 0).hasSize(6);
    }
  }

  /** Returns the labels of an epoch. */
  private static List<Integer> labels(List<Pixels.Image> images, boolean balanced) {
    Sampling sampling = new Sampling(4, balanced);
    TrainingSet set =
        new TrainingSet(images, Configs.PREPROCESSING, sampling, Augmentation.NONE, 1);
    return IntStream.range(0, set.batches())
        .flatMap(index -> Arrays.stream(set.batch(0, index).labels()))
        .boxed()
        .toList();
  }

  /** The number of bytes is larger than the largest int, so an int would hold a wrong number. */
  @Test
  void batchWithTooManyPixelsForABuffer_isRefused() {
    int bytes = 4096 * 4096 * 3;

    for (int images : new int[] {43, 128, 256}) {
      assertThatThrownBy(() -> new BatchBuffer(images, bytes))
          .isInstanceOfSatisfying(
              TrainingException.class,
              e -> assertThat(e.settings()).containsExactly(Setting.BATCH_SIZE, Setting.SIZE))
          .hasMessageStartingWith("a batch of " + images + " images has " + 50331648L * images)
          .hasMessageEndingWith("take fewer images per batch, or smaller images");
    }
  }

  /** A batch of one image has no variance, so a batch norm cannot learn from it. */
  @Test
  void oneImage_isRefused() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 0)) {
      List<Pixels.Image> images = images(pixels).subList(0, 1);
      assertThatThrownBy(
              () ->
                  new TrainingSet(
                      images, Configs.PREPROCESSING, BATCHES_OF_5, Augmentation.NONE, 1))
          .isInstanceOf(TrainingException.class)
          .hasMessageStartingWith("there is only one image to train on, and a step needs two");
    }
  }

  private static List<Integer> order(TrainingSet set, int epoch) {
    List<Integer> hashes = new ArrayList<>();
    for (int i = 0; i < set.batches(); i++) {
      MiniBatch batch = set.batch(epoch, i);
      for (int image = 0; image < batch.size(); image++) {
        hashes.add(Arrays.hashCode(image(batch, image)));
      }
    }
    return hashes;
  }

  @Test
  void sameEpochAndBatch_areTheSamePixels_whateverCameBefore() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 1 << 20)) {
      List<Pixels.Image> images = images(pixels);
      TrainingSet one =
          new TrainingSet(images, Configs.PREPROCESSING, BATCHES_OF_5, Augmentation.DEFAULTS, 1);
      TrainingSet other =
          new TrainingSet(images, Configs.PREPROCESSING, BATCHES_OF_5, Augmentation.DEFAULTS, 1);
      one.batch(0, 0);
      one.batch(3, 1);

      assertThat(image(one.batch(2, 3), 4)).isEqualTo(image(other.batch(2, 3), 4));
    }
  }

  @Test
  void augmentation_shiftsAndMirrors_withBlackFromOutside() throws IOException {
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, 1 << 20)) {
      Pixels.Image image = images(pixels).get(0);
      TrainingSet set =
          new TrainingSet(
              List.of(image, image),
              Configs.PREPROCESSING,
              new Sampling(2, false),
              Augmentation.of(1, true),
              1);
      Set<List<Integer>> seen = new HashSet<>();
      for (int epoch = 0; epoch < 400; epoch++) {
        seen.add(place(image(set.batch(epoch, 0), 0), image.pixels()));
      }
      assertThat(seen).hasSize(3 * 3 * 2); // 3 offsets down, 3 offsets right, mirrored or not
    }
  }

  /**
   * Writes a picture whose left third is red, and whose rest has stripes of three pixels. The crop
   * of {@link Configs#PREPROCESSING} shows no red, and its resize turns the stripes into grey.
   */
  private Pixels.Image wide(Pixels pixels) throws IOException {
    int height = 6 * SmallImages.SIDE;
    BufferedImage picture = new BufferedImage(3 * height, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < 3 * height; x++) {
        picture.setRGB(x, y, x < height ? 0xFF0000 : x / 3 % 2 == 0 ? 0xFFFFFF : 0);
      }
    }
    Path file = folder.resolve("wide.png");
    ImageIO.write(picture, "png", file.toFile());
    return pixels.add(
        new LabelledImage("wide", 0, "", Part.TRAINING, () -> Files.readAllBytes(file)));
  }

  @ParameterizedTest(name = "{0} bytes for kept pixels")
  @ValueSource(longs = {0, 1 << 20})
  void randomPart_isCutOutOfTheWholePicture(long room) throws IOException {
    double area = 0.004;
    try (Pixels pixels = new Pixels(Configs.PREPROCESSING, room, area)) {
      Pixels.Image image = wide(pixels);
      Augmentation parts = new Augmentation(0, area, false, 0, false, 0, Mixing.NONE);
      TrainingSet set =
          new TrainingSet(
              List.of(image, image), Configs.PREPROCESSING, new Sampling(2, false), parts, 1);
      int red = 0;
      int striped = 0;
      for (int epoch = 0; epoch < 200; epoch++) {
        byte[] part = image(set.batch(epoch, 0), 0);
        red += part[0] == (byte) 0xFF && part[1] == 0 ? 1 : 0;
        striped += contrast(part) > 100 ? 1 : 0;
      }

      assertThat(image.pixels()[1]).as("green of the crop").isNotZero();
      assertThat(red).as("parts that begin outside the crop").isGreaterThan(20);
      assertThat(striped).as("parts with details of the picture").isGreaterThan(5);
    }
  }

  /** Returns the largest difference between the green of adjacent pixels in the first row. */
  private static int contrast(byte[] part) {
    int contrast = 0;
    for (int i = 4; i < 3 * SmallImages.SIDE; i += 3) {
      contrast = Math.max(contrast, Math.abs((part[i] & 0xFF) - (part[i - 3] & 0xFF)));
    }
    return contrast;
  }

  /** Returns the offsets of the crop, down and right, and 1 if the image is mirrored, else 0. */
  private static List<Integer> place(byte[] changed, byte[] pixels) {
    for (int down = -1; down <= 1; down++) {
      for (int right = -1; right <= 1; right++) {
        for (int mirrored = 0; mirrored <= 1; mirrored++) {
          if (isCut(changed, pixels, down, right, mirrored == 1)) {
            return List.of(down, right, mirrored);
          }
        }
      }
    }
    throw new AssertionError("no part of the image, mirrored or not");
  }

  private static boolean isCut(
      byte[] changed, byte[] pixels, int down, int right, boolean mirrored) {
    int side = SmallImages.SIDE;
    for (int y = 0; y < side; y++) {
      for (int x = 0; x < side; x++) {
        int fromY = y + down;
        int fromX = (mirrored ? side - 1 - x : x) + right;
        boolean inside = fromY >= 0 && fromY < side && fromX >= 0 && fromX < side;
        for (int channel = 0; channel < 3; channel++) {
          byte expected = inside ? pixels[(fromY * side + fromX) * 3 + channel] : 0;
          if (changed[(y * side + x) * 3 + channel] != expected) {
            return false;
          }
        }
      }
    }
    return true;
  }
}
