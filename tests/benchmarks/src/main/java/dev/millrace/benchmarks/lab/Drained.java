package dev.millrace.benchmarks.lab;

/**
 * How a contender classified what lay in a topic, once it was warm.
 *
 * @param imagesPerSecond predictions a second
 * @param cpuMillisPerImage processor time of its process, in milliseconds for each of them
 * @param irreducibleMillisPerImage what of it decoding and running took, if it counts that:
 *     Millrace does with a real model, others say 0
 */
public record Drained(
    double imagesPerSecond, double cpuMillisPerImage, double irreducibleMillisPerImage) {}
