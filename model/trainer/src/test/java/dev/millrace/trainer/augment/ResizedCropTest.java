package dev.millrace.trainer.augment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.decode.PicturePart;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ResizedCropTest {

  private static final int DRAWS = 4_000;

  private static List<PicturePart> parts(double minArea, int width, int height) {
    return IntStream.range(0, DRAWS)
        .mapToObj(seed -> new ResizedCrop(minArea).of(width, height, new SplittableRandom(seed)))
        .toList();
  }

  private static double ratio(PicturePart part) {
    return (double) part.width() / part.height();
  }

  @Test
  void areaAndRatio_areDistributedLikeTorchvisions() {
    int width = 1_600;
    int height = 1_200;
    double area = 0;
    double ratio = 0;
    double smallest = 1;
    double largest = 0;
    List<PicturePart> parts = parts(0.2, width, height);
    for (PicturePart part : parts) {
      double share = (double) part.width() * part.height() / (width * height);
      assertThat(ratio(part)).isBetween(0.749, 1.335);
      area += share / DRAWS;
      ratio += Math.log(ratio(part)) / DRAWS;
      smallest = Math.min(smallest, share);
      largest = Math.max(largest, share);
    }
    assertThat(smallest).isBetween(0.199, 0.21);
    assertThat(largest).isGreaterThan(0.9);
    // Parts that do not fit are drawn again, so the means are not 0.6 and the logarithm of 1. These
    // are the means of 60,000 draws of torchvision's rule.
    assertThat(area).isCloseTo(0.494, Offset.offset(0.013));
    assertThat(ratio).isCloseTo(0.0385, Offset.offset(0.0105));
  }

  @Test
  void parts_reachEachEdgeOfThePicture() {
    Set<String> edges = new HashSet<>();
    for (PicturePart part : parts(0.1, 40, 20)) {
      assertThat(part.left()).isNotNegative();
      assertThat(part.top()).isNotNegative();
      assertThat(part.left() + part.width()).isLessThanOrEqualTo(40);
      assertThat(part.top() + part.height()).isLessThanOrEqualTo(20);
      edges.add(part.left() == 0 ? "left" : "");
      edges.add(part.top() == 0 ? "top" : "");
      edges.add(part.left() + part.width() == 40 ? "right" : "");
      edges.add(part.top() + part.height() == 20 ? "bottom" : "");
    }
    assertThat(edges).contains("left", "top", "right", "bottom");
  }

  @Test
  void pictureInWhichNoPartFits_givesItsMiddle() {
    assertThat(parts(1, 300, 90)).containsOnly(new PicturePart(90, 0, 120, 90));
    assertThat(parts(1, 90, 300)).containsOnly(new PicturePart(0, 90, 90, 120));
    assertThat(parts(0.5, 1_000, 1)).contains(new PicturePart(499, 0, 1, 1));
  }

  @Test
  void shrunkPicture_hasOnlyPartsOfTwiceTheInputsSize() {
    int side = new ResizedCrop(0.35).shorterSide(112);

    assertThat(side).isEqualTo(438);
    for (PicturePart part : parts(0.35, side, side)) {
      assertThat(Math.min(part.width(), part.height())).isGreaterThanOrEqualTo(2 * 112);
    }
  }
}
