package dev.millrace.trainer.stream;

import dev.millrace.trainer.data.LabelledImage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Remembers which contents rounds have used under which key. A key may get another content, and its
 * image may be evicted, but the versions of earlier rounds still depend on the earlier content.
 * Confined to one thread.
 */
final class UsedImages {

  private static final int UNUSED = 100_000;

  private final ReplayFolder folder;

  /**
   * A content that a round has used.
   *
   * @param key the image's key
   * @param content SHA-256 of the image file's bytes, in hexadecimal
   */
  record Use(String key, String content) {}

  UsedImages(ReplayFolder folder) {
    this.folder = folder;
  }

  /**
   * Adds the images of a round, before the round begins. Keeps only the newest of the images that
   * the round does not use: at most {@value #UNUSED}, or at most the number of used images if this
   * number is larger.
   */
  void add(List<LabelledImage> images) {
    List<Use> used = images.stream().map(image -> new Use(image.key(), image.content())).toList();
    Set<Use> all = new LinkedHashSet<>(folder.uses());
    used.forEach(all::remove);
    all.stream()
        .limit(Math.max(0, all.size() - Math.max(UNUSED, used.size())))
        .toList()
        .forEach(all::remove);
    all.addAll(used);
    folder.write(List.copyOf(all));
  }

  /** {@return the contents that rounds have used under a key} */
  Set<String> contents(String key) {
    return folder.uses().stream()
        .filter(use -> use.key().equals(key))
        .map(Use::content)
        .collect(Collectors.toSet());
  }

  /** Forgets a key. */
  void remove(String key) {
    folder.write(folder.uses().stream().filter(use -> !use.key().equals(key)).toList());
  }
}
