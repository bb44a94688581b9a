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

  @Override
  public int compareTo(Damage other) {
    int byLoss = Integer.compare(lost, other.lost);
    return byLoss != 0 ? byLoss : Double.compare(divergence, other.divergence);
  }
}
