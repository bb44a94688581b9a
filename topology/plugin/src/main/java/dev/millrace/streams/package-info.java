/**
 * Image classification for anyone's Kafka Streams topology: start at {@link
 * dev.millrace.streams.ImageInference}.
 */
package dev.millrace.streams;
