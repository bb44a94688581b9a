package dev.millrace.benchmarks.lab;

import java.util.Arrays;

/** Latencies of images, each from the time the image was due until its prediction was consumed. */
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

  /** Returns the latency, in ms, that this part of the images (0 to below 1) did not exceed. */
  public double quantile(double part) {
    return sortedMillis[(int) (part * sortedMillis.length)];
  }

  /** Processor time of the contender's process, in ms per image. */
  public double cpuMillisPerImage() {
    return cpuMillisPerImage;
  }

  /** Images per second from the due time of the first image to the last answer. */
  public double imagesPerSecond() {
    return imagesPerSecond;
  }
}
