package dev.millrace.benchmarks.lab;

/**
 * How fast a contender classified the images of a topic, after its warm-up.
 *
 * @param imagesPerSecond predictions per second
 * @param cpuMillisPerImage processor time of its process, in ms per image
 * @param irreducibleMillisPerImage the part of that time for decoding and running; only Millrace
 *     with a real model measures it, all others report 0
 */
public record Drained(
    double imagesPerSecond, double cpuMillisPerImage, double irreducibleMillisPerImage) {}
