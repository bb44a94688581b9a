package dev.millrace.benchmarks.lab;

import java.util.Arrays;

/**
 * Latencies of images. The latency of an image is the time from the moment at which the image was
 * due to be sent until its prediction was consumed.
 */
public final class Latencies {

  private final double[] sortedMillis;
  private final double cpuMillisPerImage;
  private final double imagesPerSecond;

  Latencies(double[] millis, double cpuMillisPerImage, double imagesPerSecond) {
    this.sortedMillis = millis.clone();
    this.cpuMillisPerImage = cpuMillisPerImage;
    this.imagesPerSecond = imagesPerSecond;
    Arrays.sort(sortedMillis);
  }

  /**
   * Returns a quantile of the latencies, in ms. For example, 99 % of the images have a latency of
   * at most {@code quantile(0.99)}.
   *
   * @param part fraction of the images, at least 0 and less than 1
   */
  public double quantile(double part) {
    return sortedMillis[(int) (part * sortedMillis.length)];
  }

  /** Returns the processor time of the contender's process, in ms per image. */
  public double cpuMillisPerImage() {
    return cpuMillisPerImage;
  }

  /**
   * Returns the rate of answers, in images per second. The rate is the number of images, divided by
   * the time from the moment at which the first image was due to be sent until the last answer.
   */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }
}
