package dev.millrace.tests;

import dev.millrace.service.demo.DemoImage;
import dev.millrace.service.demo.FashionMnist;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;

/**
 * The images of Fashion-MNIST's test file, in three parts: images for the trainers, the golden set,
 * and images on which the test measures versions. The caller sends the images of the class {@link
 * #NEW_CLASS} later than the others.
 */
final class LoopImages {

  static final String NEW_CLASS = "bag";

  /** Number of images for the trainers. */
  private static final int STREAMED = 7_600;

  /** Number of images for the golden set; the images of the new class are left out. */
  private static final int GOLDEN = 1_000;

  private final List<DemoImage> all = FashionMnist.read();
  private final Iterator<DemoImage> known =
      all.subList(0, STREAMED).stream().filter(image -> !isNew(image)).iterator();
  private final Iterator<DemoImage> added =
      all.subList(0, STREAMED).stream().filter(LoopImages::isNew).iterator();

  static boolean isNew(DemoImage image) {
    return image.label().equals(NEW_CLASS);
  }

  /** Returns the next images for the trainers. */
  List<DemoImage> next(int ofKnownClasses, int ofTheNewClass) {
    List<DemoImage> next = new ArrayList<>();
    for (int i = 0; i < ofKnownClasses; i++) {
      next.add(known.next());
    }
    for (int i = 0; i < ofTheNewClass; i++) {
      next.add(added.next());
    }
    return next;
  }

  /** Returns the golden set: images of the known classes on which no trainer learns. */
  List<DemoImage> golden() {
    return all.subList(STREAMED, STREAMED + GOLDEN).stream()
        .filter(image -> !isNew(image))
        .toList();
  }

  /**
   * Returns the images of all classes that no trainer gets, and on which the test measures
   * versions.
   */
  List<DemoImage> judged() {
    return all.subList(STREAMED + GOLDEN, all.size());
  }

  /** Returns the name of the class after this class. The first class comes after the last class. */
  static String rotated(String label) {
    List<String> names = FashionMnist.LABELS.names();
    return names.get((names.indexOf(label) + 1) % names.size());
  }

  /** Returns these images with inverted brightness, so that black becomes white. */
  static List<DemoImage> inverted(List<DemoImage> images) throws IOException {
    List<DemoImage> inverted = new ArrayList<>();
    for (DemoImage image : images) {
      BufferedImage pixels = ImageIO.read(new ByteArrayInputStream(image.encoded()));
      BufferedImage other =
          new BufferedImage(pixels.getWidth(), pixels.getHeight(), BufferedImage.TYPE_BYTE_GRAY);
      for (int y = 0; y < pixels.getHeight(); y++) {
        for (int x = 0; x < pixels.getWidth(); x++) {
          other.getRaster().setSample(x, y, 0, 255 - pixels.getRaster().getSample(x, y, 0));
        }
      }
      ByteArrayOutputStream png = new ByteArrayOutputStream();
      ImageIO.write(other, "png", png);
      inverted.add(new DemoImage(image.key(), png.toByteArray(), image.label()));
    }
    return inverted;
  }
}
