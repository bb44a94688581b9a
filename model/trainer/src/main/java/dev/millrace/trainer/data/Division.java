package dev.millrace.trainer.data;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.training.Split;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Divides images into parts. Each part gets the same share of the images of every class, as far as
 * the number of images allows (a stratified split). The images of a {@link Clusters cluster} are
 * all in one part. An image or a group that already has a part keeps this part. New images fill the
 * parts in the order of their hashes. So the held-out images stay almost the same if a few images
 * are added or removed.
 */
final class Division {

  /** The gate's share of the held-out images. */
  private static final double GATE_SHARE = 0.75;

  private static final List<Part> HELD_OUT = List.of(Part.GATE, Part.REPORT);

  private final Split split;
  private final Parts before;
  private final Map<String, Integer> sizes = new HashMap<>();
  private final Map<Part, Map<String, Integer>> taken = new EnumMap<>(Part.class);

  /**
   * @param before the parts that images and groups already have
   */
  Division(Split split, Parts before) {
    this.split = split;
    this.before = before;
  }

  /** The groups of a cluster, by the SHA-256 of their names, and its different images. */
  private record Cluster(
      String place, Set<String> groups, Set<String> contents, Map<String, Integer> sizes) {}

  /** {@return the part of each image, by content} */
  Map<String, Part> of(List<NamedImage> images) {
    List<Cluster> clusters = new ArrayList<>();
    Clusters.of(images, split).forEach(members -> clusters.add(cluster(members)));
    clusters.sort((a, b) -> a.place().compareTo(b.place()));
    sizes.clear();
    taken.clear();
    clusters.forEach(cluster -> add(cluster, sizes));
    Map<String, Part> parts = new LinkedHashMap<>();
    List<Cluster> fresh = new ArrayList<>();
    for (Cluster cluster : clusters) {
      Set<Part> had = partsBefore(cluster);
      if (had.isEmpty()) {
        fresh.add(cluster);
      } else {
        // A new image may connect clusters of different parts. If earlier versions were trained on
        // one of these clusters, none of them can be held out any more. Therefore, the first of
        // their parts in the order of the enum wins, and TRAINING is its first constant.
        put(cluster, had.iterator().next(), parts);
      }
    }
    fresh.forEach(cluster -> put(cluster, partOf(cluster), parts));
    return parts;
  }

  private Set<Part> partsBefore(Cluster cluster) {
    Set<Part> parts = EnumSet.noneOf(Part.class);
    addParts(cluster.contents(), before.images(), parts);
    addParts(cluster.groups(), before.groups(), parts);
    return parts;
  }

  private static void addParts(Set<String> keys, Map<String, Part> known, Set<Part> parts) {
    keys.stream().filter(known::containsKey).map(known::get).forEach(parts::add);
  }

  private Cluster cluster(Collection<NamedImage> members) {
    Set<String> contents = new TreeSet<>();
    Set<String> groups = new TreeSet<>();
    Map<String, Set<String>> byName = new HashMap<>();
    for (NamedImage image : members) {
      contents.add(image.content());
      split.groupOf(image.key()).ifPresent(groups::add);
      byName.computeIfAbsent(image.name(), name -> new TreeSet<>()).add(image.content());
    }
    Map<String, Integer> counts = new HashMap<>();
    byName.forEach((name, different) -> counts.put(name, different.size()));
    String first = (groups.isEmpty() ? contents : groups).iterator().next();
    Set<String> hashes = groups.stream().map(Sha256::of).collect(Collectors.toSet());
    return new Cluster(Sha256.of(first), hashes, contents, counts);
  }

  private static void add(Cluster cluster, Map<String, Integer> counts) {
    cluster.sizes().forEach((name, size) -> counts.merge(name, size, Integer::sum));
  }

  private void put(Cluster cluster, Part part, Map<String, Part> parts) {
    cluster.contents().forEach(content -> parts.put(content, part));
    add(cluster, taken.computeIfAbsent(part, each -> new HashMap<>()));
  }

  /**
   * {@return the part of a new cluster} The first choice is a held-out part that has no image of
   * the cluster's classes yet. The second choice is a held-out part with room, and the last choice
   * is {@link Part#TRAINING}.
   */
  private Part partOf(Cluster cluster) {
    return HELD_OUT.stream()
        .filter(part -> fits(cluster, part, this::isFirst))
        .findFirst()
        .or(() -> HELD_OUT.stream().filter(part -> fits(cluster, part, this::hasRoom)).findFirst())
        .orElse(Part.TRAINING);
  }

  /** Tests whether a held-out part takes a cluster's images of one class. */
  private interface Fit {
    /**
     * @param has number of the class's images in the part
     * @param size number of the class's images in the cluster
     * @param all number of all images of the class
     */
    boolean test(Part part, int has, int size, int all);
  }

  private boolean fits(Cluster cluster, Part part, Fit fit) {
    Map<String, Integer> counts = taken.getOrDefault(part, Map.of());
    return cluster.sizes().entrySet().stream()
        .allMatch(
            size ->
                fit.test(
                    part,
                    counts.getOrDefault(size.getKey(), 0),
                    size.getValue(),
                    sizes.get(size.getKey())));
  }

  /**
   * Tests whether the part has no image of the class, and the cluster has at most a third of the
   * class.
   */
  private boolean isFirst(Part part, int has, int size, int all) {
    return has == 0 && size * Part.values().length <= all;
  }

  private boolean hasRoom(Part part, int has, int size, int all) {
    double share = split.heldOut() * (part == Part.GATE ? GATE_SHARE : 1 - GATE_SHARE);
    return has + size / 2.0 <= share * all;
  }
}
