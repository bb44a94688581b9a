package dev.millrace.benchmarks.lab;

/**
 * The speed at which a contender classified the images of a topic, without the unmeasured images at
 * the beginning.
 *
 * @param imagesPerSecond predictions per second
 * @param cpuMillisPerImage processor time of the contender's process, in ms per image
 * @param irreducibleMillisPerImage processor time of decoding and running, in ms per image; only
 *     Millrace with a real model measures it, and it is 0 for all other contenders
 */
public record Drained(
    double imagesPerSecond, double cpuMillisPerImage, double irreducibleMillisPerImage) {}
