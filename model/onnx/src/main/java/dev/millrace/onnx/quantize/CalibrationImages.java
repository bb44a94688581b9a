package dev.millrace.onnx.quantize;

import dev.millrace.core.files.Sha256;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Decoded images for the quantisation of a model. Every second image determines the ranges of the
 * activations. The other images are tuning images. The tuning images measure each candidate for the
 * quantised model, to choose the best one.
 *
 * @param pixels the images, each {@code uint8[height, width, 3]}; the arrays must not change
 * @param classes the index of each image's class; empty if the classes are unknown
 */
public record CalibrationImages(List<byte[]> pixels, List<Integer> classes) {

  /** The smallest number of images. */
  public static final int FEWEST = 20;

  private static final int TUNING = 2;
  private static final int FOR_REFERENCE = 64;

  /**
   * Copies the lists, but not the pixels.
   *
   * @param pixels the images
   * @param classes the index of each image's class; empty if the classes are unknown
   * @throws IllegalArgumentException if there are too few images, an image has another size than
   *     the first, or the number of classes is not the number of images
   */
  public CalibrationImages {
    pixels = List.copyOf(pixels);
    classes = List.copyOf(classes);
    if (pixels.size() < FEWEST) {
      throw new IllegalArgumentException(
          pixels.size() + " images are too few to calibrate: give at least " + FEWEST);
    }
    int bytes = pixels.get(0).length;
    for (byte[] image : pixels) {
      if (image.length != bytes) {
        throw new IllegalArgumentException(
            "an image has " + image.length + " bytes of pixels, but the first has " + bytes);
      }
    }
    if (!classes.isEmpty() && classes.size() != pixels.size()) {
      throw new IllegalArgumentException(
          pixels.size() + " images have " + classes.size() + " classes");
    }
  }

  /** {@return whether the classes of the images are known} */
  public boolean isLabelled() {
    return !classes.isEmpty();
  }

  /** {@return the SHA-256 checksum of all pixels, in their order} */
  public String digest() {
    MessageDigest digest = Sha256.digest();
    pixels.forEach(digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** {@return the images from which the reference answers are chosen} */
  public List<byte[]> forReference() {
    return pixels.subList(0, Math.min(FOR_REFERENCE, pixels.size()));
  }

  /** {@return the images that determine the ranges of the activations} */
  List<byte[]> forRanges() {
    return IntStream.range(0, pixels.size())
        .filter(i -> i % TUNING != 0)
        .mapToObj(pixels::get)
        .toList();
  }

  /** {@return the tuning images, which are used to choose the best quantised model} */
  CalibrationImages.Tuning forTuning() {
    List<byte[]> images = new ArrayList<>();
    List<Integer> truths = new ArrayList<>();
    for (int i = 0; i < pixels.size(); i += TUNING) {
      images.add(pixels.get(i));
      if (isLabelled()) {
        truths.add(classes.get(i));
      }
    }
    return new Tuning(images, truths);
  }

  /** The tuning images, and the indices of their classes. */
  record Tuning(List<byte[]> images, List<Integer> truths) {}

  /** {@return a direct buffer with the pixels of one image} */
  static ByteBuffer direct(byte[] image) {
    return ByteBuffer.allocateDirect(image.length).put(image).rewind();
  }
}
