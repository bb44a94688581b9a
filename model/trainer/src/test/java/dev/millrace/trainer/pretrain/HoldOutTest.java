package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.Configs;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HoldOutTest {

  private final Pixels pixels = new Pixels(NoDecoder::new, Configs.PREPROCESSING, 0);

  /** Leaves the pixels as they are. */
  private static final class NoDecoder implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer into) {}

    @Override
    public void close() {}
  }

  @AfterEach
  void close() {
    pixels.close();
  }

  /** {@return {@code copies} images of each of {@code contents} contents} */
  private List<Pixels.Image> images(int contents, int copies) throws IOException {
    List<Pixels.Image> images = new ArrayList<>();
    for (int copy = 0; copy < copies; copy++) {
      for (int i = 0; i < contents; i++) {
        images.add(
            pixels.add(
                new LabelledImage(
                    copy + "/" + i,
                    0,
                    String.format("%05d", i),
                    Part.TRAINING,
                    () -> new byte[1])));
      }
    }
    return images;
  }

  private static List<String> contents(List<Pixels.Image> images) {
    return images.stream().map(Pixels.Image::content).toList();
  }

  @Test
  void tenth_isHeldOut_andEqualImagesHaveTheSameUse() throws IOException {
    HoldOut division = HoldOut.of(images(50, 3));

    assertThat(contents(division.heldOut()))
        .hasSize(5)
        .doesNotHaveDuplicates()
        .doesNotContainAnyElementsOf(contents(division.learned()));
    assertThat(division.learned()).hasSize(45 * 3);
  }

  @Test
  void use_dependsOnTheContent_notOnTheOrder() throws IOException {
    List<Pixels.Image> images = images(50, 1);
    List<String> heldOut = contents(HoldOut.of(images).heldOut());

    Collections.reverse(images);

    assertThat(contents(HoldOut.of(images).heldOut())).containsExactlyInAnyOrderElementsOf(heldOut);
  }

  @Test
  void manyImages_holdOutAtMostAThousand() throws IOException {
    assertThat(HoldOut.of(images(10_000, 1)).heldOut()).hasSize(1_000);
    assertThat(HoldOut.of(images(10_500, 1)).heldOut()).hasSizeBetween(900, 1_000);
  }

  @Test
  void twoDifferentImages_areTooFew() throws IOException {
    List<Pixels.Image> images = images(2, 1);

    assertThatThrownBy(() -> HoldOut.of(images))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("only 2 different contents");
    assertThat(HoldOut.of(images(3, 1)).learned()).hasSize(2);
  }
}
