package dev.millrace.trainer.augment;

import dev.millrace.core.training.Mixing;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Mixes each image of a batch with its partner. The partner of the first image is the last image,
 * the partner of the second image is the last but one, and so on.
 */
public interface BatchMixer {

  /**
   * {@return the mixer for a configuration, or empty if the configuration has no mixtures} If both
   * kinds of mixtures are configured, each batch randomly uses one of them.
   *
   * @param mixing the configuration
   * @param side the side of the images, in pixels
   */
  static Optional<BatchMixer> of(Mixing mixing, int side) {
    Mixup mixup = new Mixup(mixing.mixup());
    CutMix cutMix = new CutMix(mixing.cutMix(), side);
    if (mixing.mixup() > 0 && mixing.cutMix() > 0) {
      return Optional.of(
          (pixels, images, random) ->
              (random.nextBoolean() ? mixup : cutMix).mix(pixels, images, random));
    }
    return mixing.mixup() > 0
        ? Optional.of(mixup)
        : mixing.cutMix() > 0 ? Optional.of(cutMix) : Optional.empty();
  }

  /**
   * Mixes the images of a batch.
   *
   * @param pixels the images, one after the other, from position 0
   * @param images the number of images
   * @param random determines the mixture
   * @return the share of the original image in each mixture, from 0 to 1; the rest comes from the
   *     image's partner
   */
  double mix(ByteBuffer pixels, int images, RandomGenerator random);

  /**
   * {@return the labels of the partners}
   *
   * @param labels the labels of the images
   */
  static int[] partners(int[] labels) {
    int[] partners = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      partners[i] = labels[labels.length - 1 - i];
    }
    return partners;
  }
}
