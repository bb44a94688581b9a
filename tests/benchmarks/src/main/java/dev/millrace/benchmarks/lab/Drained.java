package dev.millrace.benchmarks.lab;

/**
 * The speed at which a contender classified the images of a topic, without the unmeasured images at
 * the beginning.
 *
 * @param imagesPerSecond predictions per second
 * @param cpuMillisPerImage processor time of the contender's process, in ms per image
 * @param irreducibleMillisPerImage processor time of decoding images and running the model, in ms
 *     per image. Only Millrace with a real model measures this time. For all other contenders, it
 *     is 0
 */
public record Drained(
    double imagesPerSecond, double cpuMillisPerImage, double irreducibleMillisPerImage) {}
