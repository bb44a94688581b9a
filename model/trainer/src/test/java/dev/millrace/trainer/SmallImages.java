package dev.millrace.trainer;

import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;

/**
 * Images of 16x16 pixels that are easy to classify: each class has its own brightness, and noise is
 * added.
 */
public final class SmallImages {

  public static final int SIDE = 16;

  private SmallImages() {}

  /**
   * Writes {@code each} images per class below a folder, for the classes {@code a}, {@code b}, ….
   */
  public static void write(Path folder, int classes, int each) {
    try {
      for (int label = 0; label < classes; label++) {
        Path home = Files.createDirectories(folder.resolve(name(label)));
        for (int i = 0; i < each; i++) {
          write(home.resolve(String.format("%04d.png", i)), label, classes, i);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns all images below a folder, as training images. */
  public static List<LabelledImage> read(Path folder) {
    FoundImages found = FolderImages.find(folder);
    List<String> names = List.copyOf(found.names());
    return found.images().stream()
        .map(
            image ->
                new LabelledImage(
                    image.key(),
                    names.indexOf(image.name()),
                    image.content(),
                    Part.TRAINING,
                    image.source()))
        .toList();
  }

  /** Returns a copy of an image that counts how often it is read. */
  public static LabelledImage counted(LabelledImage image, AtomicInteger reads) {
    return new LabelledImage(
        image.key(),
        image.label(),
        image.content(),
        image.part(),
        () -> {
          reads.incrementAndGet();
          return image.source().read();
        });
  }

  private static String name(int label) {
    return Character.toString('a' + label);
  }

  /** Writes one image. */
  public static void write(Path file, int label, int classes, int seed) throws IOException {
    Random random = new Random(label * 10_000L + seed);
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
    int base = 40 + 160 * label / classes;
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        int grey = base + random.nextInt(40);
        image.setRGB(x, y, grey << 16 | grey << 8 | random.nextInt(256));
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }
}
