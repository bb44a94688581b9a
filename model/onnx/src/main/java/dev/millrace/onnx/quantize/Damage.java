package dev.millrace.onnx.quantize;

/**
 * How far a quantised model's answers to the tuning images are from the float32 model's.
 *
 * @param images number of tuning images
 * @param lost number of images that the quantised model classifies correctly, less than the float32
 *     model does; may be negative. Without known classes: the number of images with another answer
 * @param divergence the mean Kullback-Leibler divergence of the answers, in nats
 */
record Damage(int images, int lost, double divergence) implements Comparable<Damage> {

  @Override
  public int compareTo(Damage other) {
    int byLoss = Integer.compare(lost, other.lost);
    return byLoss != 0 ? byLoss : Double.compare(divergence, other.divergence);
  }
}
