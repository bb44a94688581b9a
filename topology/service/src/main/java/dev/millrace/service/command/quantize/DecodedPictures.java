package dev.millrace.service.command.quantize;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.ImageLimits;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.decode.OpenCvImageDecoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Images that were decoded to the input size of a model.
 *
 * @param pixels the images, each {@code uint8[height, width, 3]}
 * @param truths the index of each image's class
 * @param taken number of images that this class read, including copies and the images that could
 *     not be decoded
 */
public record DecodedPictures(List<byte[]> pixels, List<Integer> truths, int taken) {

  /**
   * Decodes images in their order, skips copies of earlier images and images that cannot be
   * decoded, and stops after {@code wanted} decoded images.
   *
   * @param pictures the images
   * @param wanted number of images to decode
   * @param preprocessing the preprocessing of the model
   * @param complaints receives a line about each image that cannot be decoded
   * @return the images; fewer than wanted if there are no more
   */
  public static DecodedPictures of(
      Pictures pictures, int wanted, Preprocessing preprocessing, Consumer<String> complaints) {
    List<byte[]> pixels = new ArrayList<>();
    List<Integer> truths = new ArrayList<>();
    int taken =
        decode(
            pictures,
            wanted,
            preprocessing,
            complaints,
            (picture, buffer) -> {
              byte[] image = new byte[preprocessing.bytes()];
              buffer.get(0, image);
              pixels.add(image);
              truths.add(picture.truth());
            });
    return new DecodedPictures(pixels, truths, taken);
  }

  /**
   * Decodes at most half of the images, so that the others can judge the model. Copies and images
   * that cannot be decoded do not count.
   *
   * @param pictures the images
   * @param most the largest number of images to decode
   * @param preprocessing the preprocessing of the model
   * @param complaints receives a line about each image that cannot be decoded
   * @return the images
   */
  public static DecodedPictures ofHalf(
      Pictures pictures, int most, Preprocessing preprocessing, Consumer<String> complaints) {
    AtomicInteger readable = new AtomicInteger();
    int unused =
        decode(
            pictures,
            2 * most,
            preprocessing,
            complaint -> {},
            (picture, buffer) -> readable.incrementAndGet());
    return of(pictures, readable.get() / 2, preprocessing, complaints);
  }

  /**
   * Decodes different images into one buffer.
   *
   * @param each receives each decoded image and the buffer with its pixels
   * @return the number of images that were read
   */
  private static int decode(
      Pictures pictures,
      int wanted,
      Preprocessing preprocessing,
      Consumer<String> complaints,
      BiConsumer<Picture, ByteBuffer> each) {
    Set<String> seen = new HashSet<>();
    int taken = 0;
    int decoded = 0;
    ByteBuffer buffer = ByteBuffer.allocateDirect(preprocessing.bytes());
    try (ImageDecoder decoder = new OpenCvImageDecoder(ImageLimits.DEFAULT)) {
      for (Picture picture : pictures.pictures()) {
        if (decoded == wanted) {
          break;
        }
        taken++;
        try {
          byte[] content = picture.content().read();
          if (!seen.add(Sha256.of(content))) {
            continue;
          }
          decoder.decode(content, preprocessing, buffer.clear());
          each.accept(picture, buffer);
          decoded++;
        } catch (BadImageException | IOException e) {
          complaints.accept(picture.name() + ": " + e.getMessage());
        }
      }
    }
    return taken;
  }
}
