package dev.millrace.service.demo;

/**
 * An image and what it shows.
 *
 * @param key its id
 * @param encoded the image file's bytes
 * @param label the name of its class, as it is known
 */
public record DemoImage(String key, byte[] encoded, String label) {}
