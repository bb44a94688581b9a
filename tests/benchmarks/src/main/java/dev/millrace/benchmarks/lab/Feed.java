package dev.millrace.benchmarks.lab;

/**
 * Images in a topic, spread evenly over its partitions. The images' keys are the numbers 0, 1, 2
 * and so on, as text.
 *
 * @param topic name of the topic
 * @param partitions number of partitions
 * @param images number of images
 */
public record Feed(String topic, int partitions, int images) {}
