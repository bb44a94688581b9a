package dev.millrace.streams;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import java.util.concurrent.CompletableFuture;

/**
 * The fetch of a record's image.
 *
 * @param reference where the image is
 * @param image the image, complete or not
 */
record PendingFetch(ImageReference reference, CompletableFuture<FetchedImage> image) {}
