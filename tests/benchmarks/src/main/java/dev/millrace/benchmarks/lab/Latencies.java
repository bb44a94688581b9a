package dev.millrace.benchmarks.lab;

import java.util.Arrays;

/**
 * How long images waited for their predictions, from before they were produced to after these were
 * consumed.
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

  /** What so large a part of the images, below 1, did not exceed, in milliseconds. */
  public double quantile(double part) {
    return sortedMillis[(int) (part * sortedMillis.length)];
  }

  /** Processor time of the contender's process, in milliseconds for each image. */
  public double cpuMillisPerImage() {
    return cpuMillisPerImage;
  }

  /** Images a second from the first that was due to the last that was answered. */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }
}
