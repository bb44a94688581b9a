package dev.millrace.service.demo;

/**
 * An image and its label.
 *
 * @param key the image's id
 * @param encoded bytes of the image file
 * @param label name of the image's true class
 */
public record DemoImage(String key, byte[] encoded, String label) {}
