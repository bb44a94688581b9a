package dev.millrace.trainer.data;

import dev.millrace.core.training.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds clusters of images that have to stay in the same part. A cluster contains equal images, and
 * images of one group. If an image has copies in two groups, both groups are in one cluster.
 */
final class Clusters {

  private static final String GROUP = "group ";

  private final Map<String, String> parents = new HashMap<>();

  private Clusters() {}

  /** {@return the clusters; each image is in exactly one cluster} */
  static Collection<List<NamedImage>> of(List<NamedImage> images, Split split) {
    Clusters clusters = new Clusters();
    images.forEach(
        image ->
            split
                .groupOf(image.key())
                .ifPresent(group -> clusters.join(image.content(), GROUP + group)));
    Map<String, List<NamedImage>> byRoot = new HashMap<>();
    for (NamedImage image : images) {
      byRoot.computeIfAbsent(clusters.root(image.content()), root -> new ArrayList<>()).add(image);
    }
    return byRoot.values();
  }

  private void join(String one, String other) {
    parents.put(root(one), root(other));
  }

  /**
   * Follows the parents to the root, which is its own parent. Shortens the path for later calls.
   */
  private String root(String node) {
    String at = node;
    String parent = parents.getOrDefault(at, at);
    while (!parent.equals(at)) {
      String next = parents.getOrDefault(parent, parent);
      parents.put(at, next);
      at = parent;
      parent = next;
    }
    return at;
  }
}
