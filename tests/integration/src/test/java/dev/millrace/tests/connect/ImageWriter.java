package dev.millrace.tests.connect;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Puts images into a folder in three ways that people use: by an atomic rename, by a copy that
 * keeps the old time, and by writes in several parts. Not thread-safe.
 */
final class ImageWriter {

  private static final FileTime OLD = FileTime.fromMillis(1_500_000_000_000L);

  private final Path folder;
  private final Map<String, byte[]> images;
  private final Deque<String> left;
  private final Random random;

  ImageWriter(Path folder, Map<String, byte[]> images, Random random) {
    this.folder = folder;
    this.images = images;
    this.random = random;
    List<String> names = new ArrayList<>(images.keySet());
    Collections.shuffle(names, random);
    left = new ArrayDeque<>(names);
  }

  /** Writes up to {@code count} of the images that are left. */
  void write(int count) throws IOException {
    for (int i = 0; i < count && !left.isEmpty(); i++) {
      String name = left.remove();
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      switch (random.nextInt(3)) {
        case 0 -> rename(file, images.get(name), false);
        case 1 -> rename(file, images.get(name), true);
        default -> writeInParts(file, images.get(name));
      }
    }
  }

  private void rename(Path file, byte[] image, boolean old) throws IOException {
    Path hidden = Files.write(file.resolveSibling("." + file.getFileName()), image);
    if (old) {
      Files.setLastModifiedTime(hidden, OLD);
    }
    Files.move(hidden, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void writeInParts(Path file, byte[] image) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int start = 0; start < image.length; start += 512) {
        out.write(image, start, Math.min(512, image.length - start));
        out.flush();
      }
    }
  }

  boolean isDone() {
    return left.isEmpty();
  }
}
