package dev.millrace.benchmarks.lab;

import java.util.Arrays;

/**
 * How long images waited for their predictions, from before they were produced to after these were
 * consumed.
 */
public final class Latencies {

  private final double[] sortedMillis;
  private final double cpuMillisPerImage;

  Latencies(double[] millis, double cpuMillisPerImage) {
    this.sortedMillis = millis.clone();
    this.cpuMillisPerImage = cpuMillisPerImage;
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
}
