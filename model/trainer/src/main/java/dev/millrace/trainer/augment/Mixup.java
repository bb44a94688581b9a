package dev.millrace.trainer.augment;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * Adds an image and its partner, pixel by pixel: Zhang et al., "mixup" (2018). All images of a
 * batch have the same shares.
 *
 * @param alpha both parameters of the beta distribution from which the shares are drawn
 */
record Mixup(double alpha) implements BatchMixer {

  @Override
  public double mix(ByteBuffer pixels, int images, RandomGenerator random) {
    double drawn = Beta.draw(alpha, random);
    double share = Math.max(drawn, 1 - drawn); // Both give the same pairs of mixtures.
    int bytes = pixels.capacity() / images;
    for (int i = 0; i < images / 2; i++) {
      int one = i * bytes;
      int partner = (images - 1 - i) * bytes;
      for (int at = 0; at < bytes; at++) {
        int a = pixels.get(one + at) & 0xff;
        int b = pixels.get(partner + at) & 0xff;
        pixels.put(one + at, Raster.clamped(share * a + (1 - share) * b));
        pixels.put(partner + at, Raster.clamped(share * b + (1 - share) * a));
      }
    }
    return share;
  }
}
