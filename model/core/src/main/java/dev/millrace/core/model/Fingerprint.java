package dev.millrace.core.model;

import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Identifies a set of labelled images.
 *
 * @param digest SHA-256 checksum of the contents and classes of all images: 64 lower-case
 *     hexadecimal digits
 * @param classes number of different images of each class, by the class's name
 */
public record Fingerprint(String digest, Map<String, Integer> classes) {

  /**
   * Copies the numbers.
   *
   * @param digest SHA-256 checksum of the contents and classes of all images
   * @param classes number of different images of each class
   */
  public Fingerprint {
    Objects.requireNonNull(digest, "digest");
    classes = Collections.unmodifiableMap(new TreeMap<>(classes));
  }

  /** {@return the numbers of images and classes, and the beginning of the digest, as text} */
  public String text() {
    return String.format(
        Locale.ROOT,
        "%,d images of %,d classes, digest %.12s…",
        classes.values().stream().mapToInt(Integer::intValue).sum(),
        classes.size(),
        digest);
  }
}
