package dev.millrace.service.command.inference;

import dev.millrace.events.Probabilities;
import java.nio.file.Path;

/**
 * A model's answer to an image file.
 *
 * @param file the file
 * @param probabilities the probability of each class, or null if the image was refused
 * @param problem why the image was refused, or null
 */
public record Answer(Path file, Probabilities probabilities, String problem) {}
