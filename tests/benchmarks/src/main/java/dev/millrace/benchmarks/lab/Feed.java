package dev.millrace.benchmarks.lab;

/**
 * Images in a topic, spread evenly over its partitions. Their keys are the numbers from 0 up, as
 * text.
 *
 * @param topic the topic
 * @param partitions number of partitions
 * @param images number of images
 */
public record Feed(String topic, int partitions, int images) {}
