package dev.millrace.benchmarks.lab;

/**
 * Images that lie in a topic, spread evenly over its partitions. Their keys are the numbers from 0
 * up, as text.
 *
 * @param topic the topic
 * @param partitions how many it has
 * @param images how many lie in it
 */
public record Feed(String topic, int partitions, int images) {}
