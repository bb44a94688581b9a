/**
 * Plugins for Kafka Connect: a source connector that sends the images of a folder, and a converter
 * that reads predictions and writes image events.
 */
package dev.millrace.connect;
