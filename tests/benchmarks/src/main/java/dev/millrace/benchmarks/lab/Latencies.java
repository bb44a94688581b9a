package dev.millrace.benchmarks.lab;

import java.util.Arrays;

/**
 * Latencies of images. A latency is the time from the moment at which the image was due until its
 * prediction was consumed.
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
   * Returns the latency, in ms, that a part of the images did not exceed.
   *
   * @param part part of the images, at least 0 and less than 1
   */
  public double quantile(double part) {
    return sortedMillis[(int) (part * sortedMillis.length)];
  }

  /** Returns the processor time of the contender's process, in ms per image. */
  public double cpuMillisPerImage() {
    return cpuMillisPerImage;
  }

  /**
   * Returns the images per second, from the time at which the first image was due to the last
   * answer.
   */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }
}
