package dev.millrace.core.model;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that is needed to train a version again in the same way.
 *
 * @param recipe the whole configuration of the training, as text by name
 * @param options the options of the command {@code train}, by name without the leading dashes;
 *     empty if no command line started the training
 * @param seed the seed of the random numbers
 * @param threads number of CPU threads, or the largest number if the training was resumed with
 *     another one; only training on one thread is reproducible byte for byte
 * @param start the weights from which training started; {@code He} for random weights
 * @param epochs number of epochs before this version
 * @param batches number of batches after these epochs
 * @param data the images that the training used
 * @param libraries versions of the libraries that computed the weights, by name, and the name of
 *     the processor
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Lineage(
    Map<String, String> recipe,
    Map<String, String> options,
    long seed,
    int threads,
    String start,
    int epochs,
    int batches,
    Data data,
    Map<String, String> libraries) {

  /**
   * The name, in {@link #recipe}, of the division of the images into training images and held-out
   * images.
   */
  public static final String DIVISION = "set of images";

  /**
   * A fingerprint of labelled images.
   *
   * @param digest SHA-256 checksum of all images with their keys and classes: 64 lower-case
   *     hexadecimal digits
   * @param classes number of all images of each class, in index order, including held-out images
   */
  public record Data(String digest, List<Integer> classes) {

    /**
     * Copies the numbers.
     *
     * @param digest SHA-256 checksum of all images with their keys and classes
     * @param classes number of images of each class, in index order
     */
    public Data {
      classes = List.copyOf(classes);
    }
  }

  /**
   * Copies the maps.
   *
   * @param recipe the whole configuration of the training, as text by name
   * @param options the options of the command {@code train}, by name
   * @param seed the seed of the random numbers
   * @param threads number of CPU threads
   * @param start the weights that training started from
   * @param epochs number of epochs before this version
   * @param batches number of batches after these epochs
   * @param data the images that the training used
   * @param libraries versions of the libraries that computed the weights, by name
   */
  public Lineage {
    recipe = sorted(recipe);
    options = sorted(options);
    libraries = sorted(libraries);
  }

  /**
   * {@return the lineage of a later version of the same training}
   *
   * @param laterEpochs number of epochs before the version
   * @param laterBatches number of batches after these epochs
   */
  public Lineage after(int laterEpochs, int laterBatches) {
    return new Lineage(
        recipe, options, seed, threads, start, laterEpochs, laterBatches, data, libraries);
  }

  private static Map<String, String> sorted(Map<String, String> values) {
    return values == null ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(values));
  }
}
