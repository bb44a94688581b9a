package dev.millrace.events;

/**
 * Where the image of a record is stored, if the record does not hold it (CloudEvents' claim check,
 * extension {@code dataref}).
 *
 * @param uri the URI of the encoded image
 * @param sha256 the checksum of the encoded image, 64 hexadecimal digits; null if none is known
 */
public record ImageReference(String uri, String sha256) {}
