package dev.millrace.trainer.pretrain;

import dev.millrace.core.training.Sampling;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.Pixels;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The images of a rotation prediction, by their use. Images with equal files have the same use.
 *
 * @param learned the images that the steps learn from
 * @param heldOut the images that measure the accuracy. Of images with equal files, it holds one
 */
record HoldOut(List<Pixels.Image> learned, List<Pixels.Image> heldOut) {

  /** The number of different images of which one is held out. */
  private static final int PARTS = 10;

  /** The largest number of images that are held out. */
  private static final int MOST = 1_000;

  /**
   * {@return the images by their use} The use depends only on the checksums of the images' files. A
   * tenth of the different images is held out, but at most 1,000 images.
   *
   * @throws TrainingException if fewer than two images remain to learn from
   */
  static HoldOut of(List<Pixels.Image> images) {
    Set<String> contents = new TreeSet<>();
    images.forEach(image -> contents.add(image.content()));
    Set<String> chosen = chosen(List.copyOf(contents));
    Set<String> unused = new TreeSet<>(chosen);
    List<Pixels.Image> learned = new ArrayList<>();
    List<Pixels.Image> heldOut = new ArrayList<>();
    for (Pixels.Image image : images) {
      if (!chosen.contains(image.content())) {
        learned.add(image);
      } else if (unused.remove(image.content())) {
        heldOut.add(image);
      }
    }
    if (learned.size() < Sampling.LEAST) {
      throw new TrainingException(
          "the images have only "
              + contents.size()
              + " different contents; rotation prediction needs at least three, because it holds"
              + " one out, and learns from thousands");
    }
    return new HoldOut(learned, heldOut);
  }

  private static Set<String> chosen(List<String> sorted) {
    int step = Math.max(PARTS, (sorted.size() + MOST - 1) / MOST);
    Set<String> chosen = new TreeSet<>();
    for (int i = 0; i < sorted.size(); i += step) {
      chosen.add(sorted.get(i));
    }
    return chosen;
  }
}
