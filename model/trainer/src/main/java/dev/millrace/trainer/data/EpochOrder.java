package dev.millrace.trainer.data;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/** The random order of the images in an epoch. */
public final class EpochOrder {

  private EpochOrder() {}

  /**
   * {@return the numbers from 0 to below {@code images}, in random order}
   *
   * @param images the number of images
   * @param random determines the order
   */
  public static int[] each(int images, RandomGenerator random) {
    int[] shuffled = new int[images];
    for (int i = 0; i < shuffled.length; i++) {
      int j = random.nextInt(i + 1);
      shuffled[i] = shuffled[j];
      shuffled[j] = i;
    }
    return shuffled;
  }

  /**
   * {@return numbers of images, in random order, so that each class occurs equally often} There are
   * as many numbers as images. Within a class, the images take turns in a random order.
   *
   * @param labels the class of each image
   */
  static int[] balanced(int[] labels, RandomGenerator random) {
    Map<Integer, List<Integer>> classes = new TreeMap<>();
    for (int image : each(labels.length, random)) {
      classes.computeIfAbsent(labels[image], label -> new ArrayList<>()).add(image);
    }
    List<List<Integer>> turns = shuffled(classes.values(), random);
    int[] order = new int[labels.length];
    int place = 0;
    for (int position : each(labels.length, random)) {
      List<Integer> images = turns.get(place % turns.size());
      order[position] = images.get(place / turns.size() % images.size());
      place++;
    }
    return order;
  }

  private static List<List<Integer>> shuffled(
      Collection<List<Integer>> classes, RandomGenerator random) {
    List<List<Integer>> all = List.copyOf(classes);
    List<List<Integer>> shuffled = new ArrayList<>();
    for (int number : each(all.size(), random)) {
      shuffled.add(all.get(number));
    }
    return shuffled;
  }
}
