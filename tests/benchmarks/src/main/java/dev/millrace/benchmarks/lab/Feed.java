package dev.millrace.benchmarks.lab;

/**
 * Images in a topic, spread evenly over its partitions. The keys of the image records are the
 * numbers 0, 1, 2 and so on, as text.
 *
 * @param topic name of the topic
 * @param partitions number of partitions
 * @param images number of images
 */
public record Feed(String topic, int partitions, int images) {}
