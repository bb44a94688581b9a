package dev.millrace.onnx.quantize;

/**
 * The difference between a quantised model's answers and the float32 model's answers to the tuning
 * images.
 *
 * @param images number of tuning images
 * @param lost number of images that the float32 model classifies correctly, minus the number that
 *     the quantised model classifies correctly; may be negative. If the classes are unknown, the
 *     number of images with a different answer
 * @param divergence the mean Kullback-Leibler divergence of the answers, in nats
 */
record Damage(int images, int lost, double divergence) implements Comparable<Damage> {

  /**
   * Compares the divergence. The number of lost images is not compared, because it differs by
   * chance between models that are equally good: of a few hundred images, only some get another
   * answer.
   */
  @Override
  public int compareTo(Damage other) {
    return Double.compare(divergence, other.divergence);
  }
}
