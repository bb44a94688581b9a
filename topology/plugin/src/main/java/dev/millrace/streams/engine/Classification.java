package dev.millrace.streams.engine;

import dev.millrace.core.repository.ModelVersion;

/**
 * The engine's answer to one image.
 *
 * @param model the version that answered; one version answers the whole batch
 * @param probabilities {@code float32[classes]}, one probability per class; the receiver owns the
 *     array
 */
public record Classification(ModelVersion model, float[] probabilities) {}
