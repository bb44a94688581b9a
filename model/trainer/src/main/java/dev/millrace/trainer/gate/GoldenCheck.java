package dev.millrace.trainer.gate;

import dev.millrace.core.evaluation.NonInferiority;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Fingerprint;
import dev.millrace.core.model.Setting;
import dev.millrace.core.training.Gate;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.DecodedImages;
import dev.millrace.trainer.data.FolderImages;
import dev.millrace.trainer.data.FoundImages;
import dev.millrace.trainer.data.LabelledImage;
import dev.millrace.trainer.data.Part;
import dev.millrace.trainer.data.Pixels;
import dev.millrace.trainer.data.Selection;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/**
 * Compares a golden set's folders with a training's classes, before the gate compares versions on
 * the set. An image counts only if the name of its folder is the name of a class. Copies of an
 * image count once. Immutable.
 */
public final class GoldenCheck {

  /**
   * Assumed share of the images that exactly one of two equally good versions classifies correctly.
   */
  private static final double DIFFER = 0.05;

  private final Gate.Golden golden;
  private final FoundImages images;

  /** Number of different images by the name of their folder. */
  private final Map<String, Integer> folders = new TreeMap<>();

  /**
   * Counts the images in each folder.
   *
   * @param golden the set's folder, and the allowed loss
   * @param found the images in the folder
   */
  GoldenCheck(Gate.Golden golden, FoundImages found) {
    this.golden = golden;
    this.images = found.withoutCopies();
    images.names().forEach(name -> folders.put(name, 0));
    images.images().forEach(image -> folders.merge(image.name(), 1, Integer::sum));
  }

  /**
   * {@return the check of a training, or empty if the training has no golden set, or was stopped}
   *
   * @param config the training's configuration
   * @param stop called before each image is read; if it returns true, the reading stops
   * @throws TrainingException if the set's folder cannot be read
   */
  public static Optional<GoldenCheck> of(TrainingConfig config, BooleanSupplier stop) {
    return config
        .checkpoints()
        .gate()
        .flatMap(Gate::golden)
        .flatMap(
            golden ->
                FolderImages.find(golden.folder(), stop)
                    .map(found -> new GoldenCheck(golden, found)));
  }

  /**
   * {@return the check of the set as it is now}
   *
   * @throws TrainingException if the set's folder cannot be read
   */
  public GoldenCheck again() {
    return new GoldenCheck(golden, FolderImages.find(golden.folder()));
  }

  /** {@return the fingerprint of all images, also those of folders that are no class} */
  Fingerprint fingerprint() {
    return images.fingerprint();
  }

  /**
   * Requires that all images can be decoded.
   *
   * @param preprocessing the preprocessing of the images
   * @param stop called before each image is decoded; if it returns true, the other images are not
   *     tested
   * @throws TrainingException if an image cannot be decoded
   */
  public void requireReadable(Preprocessing preprocessing, BooleanSupplier stop) {
    try (Pixels pixels = new Pixels(preprocessing, 0)) {
      List<LabelledImage> all =
          images.images().stream().map(image -> GoldenSet.labelled(image, 0)).toList();
      DecodedImages.of(all, pixels, stop)
          .ifPresent(decoded -> GoldenSet.requireReadable(golden, decoded));
    }
  }

  /**
   * Requires that the whole set has enough images to show that an equally good version loses less
   * than the allowed loss, whatever the classes are.
   *
   * @throws TrainingException if the set has too few images
   */
  public void requireEnough() {
    refuse(lack("images", folders.keySet()));
  }

  /**
   * Requires that the set has enough images of a training's classes to show that an equally good
   * version loses less than the allowed loss.
   *
   * @param classes the names of all classes that the training has until its end
   * @throws TrainingException if the set has too few images of these classes, or none
   */
  public void requireEnough(Collection<String> classes) {
    requireKnown(classes);
    refuse(lack(classes));
  }

  private static void refuse(Optional<String> reason) {
    if (reason.isPresent()) {
      throw new TrainingException(reason.get(), Setting.GOLDEN, Setting.MAX_LOSS);
    }
  }

  /**
   * Requires that the set has an image of a class.
   *
   * @param classes the names of the training's current classes
   * @throws TrainingException if no folder with an image has the name of a class
   */
  public void requireKnown(Collection<String> classes) {
    if (count(classes) == 0) {
      throw new TrainingException(
          String.format(
              "golden: no folder of images in %s has the name of a class; the folders are %s, and"
                  + " the classes are %s; rename the folders, or name another golden folder",
              golden.folder(), quoted(folders.keySet()), quoted(classes)),
          Setting.GOLDEN);
    }
  }

  /**
   * {@return a text about the folders whose images are left out, with their numbers of images, or
   * empty if all folders are classes}
   *
   * @param classes the names of the training's current classes
   */
  public Optional<String> leftOut(Collection<String> classes) {
    List<String> unknown =
        folders.entrySet().stream()
            .filter(folder -> !classes.contains(folder.getKey()))
            .map(folder -> String.format("'%s' (%,d)", folder.getKey(), folder.getValue()))
            .toList();
    return unknown.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "golden: these folders (with their numbers of images) in "
                + golden.folder()
                + " are left out, because no class has their name: "
                + String.join(", ", unknown)
                + "; rename the folders whose name is misspelt");
  }

  /**
   * {@return a text about the images that a training also trains on, or empty if there are none}
   *
   * @param selection the training's images
   */
  public Optional<String> trained(Selection selection) {
    long trained =
        images.images().stream()
            .filter(image -> selection.parts().get(image.content()) == Part.TRAINING)
            .count();
    return trained == 0
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "golden: %,d of the %,d images in %s are also training images, so they hide a loss;"
                    + " remove them from one of the two sets",
                trained,
                images.images().size(),
                golden.folder()));
  }

  /**
   * {@return the reason why the images of the classes cannot show so small a loss, and what to do,
   * or empty if they can}
   *
   * @param classes the names of the training's current classes
   */
  public Optional<String> lack(Collection<String> classes) {
    return lack("images of the training's classes", classes);
  }

  private Optional<String> lack(String images, Collection<String> classes) {
    int found = count(classes);
    int needed = NonInferiority.imagesNeeded(DIFFER, golden.maxLoss() / 100, GoldenSet.LEVEL);
    return found >= needed
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "golden: the %,d %s in %s cannot show a loss below %.2f points; add"
                    + " images up to %,d, or allow a larger loss (assumed: versions that"
                    + " are equally good differ on %.0f %% of the images, and one of two has to"
                    + " pass)",
                found,
                images,
                golden.folder(),
                golden.maxLoss(),
                needed,
                100 * DIFFER));
  }

  private int count(Collection<String> classes) {
    return folders.entrySet().stream()
        .filter(folder -> classes.contains(folder.getKey()))
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  private static String quoted(Collection<String> names) {
    return names.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "));
  }
}
