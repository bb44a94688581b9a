package dev.millrace.service.command.quantize;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.image.Preprocessing;
import dev.millrace.core.model.Labels;
import dev.millrace.service.command.evaluate.ClassFolders;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.command.options.LabelsFile;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A mixin of options for the images that calibrate and judge a quantised model. */
@Grouped(Section.DATA)
public final class PictureOptions {

  private static final int IMAGES = 500;

  @Option(
      names = "--calibrate",
      paramLabel = "DIR|TOPIC",
      required = true,
      description =
          "Images that calibrate the model: a folder, with one folder for each class if the classes"
              + " are known, or a topic of encoded images (required).")
  private String calibrate;

  @Option(
      names = "--images",
      paramLabel = "N",
      description =
          "Number of images that calibrate the model (default: "
              + IMAGES
              + ", but without --data at most half of the different readable images, because the"
              + " others judge the model).")
  private Integer images;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of images that judge the model, with one folder for each class (default: the"
              + " images of --calibrate that do not calibrate the model).")
  private Path data;

  @Option(
      names = "--held-out",
      paramLabel = "N",
      defaultValue = "5000",
      description = "Largest number of images that judge the model (default: ${DEFAULT-VALUE}).")
  private int heldOut;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "File with the names of the folders, in the order of the model's outputs and in any form"
              + " that 'models import --labels' accepts (default: the folders have the names of the"
              + " classes).")
  private Path classes;

  /**
   * Decodes the images that calibrate the model.
   *
   * @param found the images that {@link #calibration} returned
   * @param preprocessing the preprocessing of the model
   * @param complaints receives a line about each image that cannot be decoded
   * @return the images; by default at most half of those that can be decoded, so that others can
   *     judge the model
   */
  public DecodedPictures decode(
      Pictures found, Preprocessing preprocessing, Consumer<String> complaints) {
    return images == null && data == null
        ? DecodedPictures.ofHalf(found, IMAGES, preprocessing, complaints)
        : DecodedPictures.of(found, most(), preprocessing, complaints);
  }

  private int most() {
    if (images != null && images < 1) {
      throw new IllegalArgumentException("--images: " + images + " must be at least 1");
    }
    return images == null ? IMAGES : images;
  }

  /**
   * Finds the images that calibrate the model, and more images that may judge it.
   *
   * @param kafka the options of Kafka's clients, which read a topic. They are a mixin of the
   *     command and not of this class, because a mixin of a mixin does not see the --config file
   * @param labels the names of the classes
   * @param folder a temporary folder for the images of a topic
   * @param complaints receives warnings, for example about ignored images
   * @return the images
   * @throws IOException if a folder cannot be read
   * @throws CommandException if there are no images, or {@code --calibrate} names neither a folder
   *     nor a topic
   */
  public Pictures calibration(
      KafkaOptions kafka, Labels labels, Path folder, Consumer<String> complaints)
      throws IOException {
    Path images = Path.of(calibrate);
    if (Files.isDirectory(images)) {
      return Pictures.in(images, folders(labels), complaints);
    }
    if (calibrate.contains(File.separator) || Files.exists(images)) {
      throw new CommandException(
          "--calibrate: there is no folder " + calibrate + "; give a folder of images or a topic");
    }
    long most = most() + (data == null ? (long) heldOut : 0);
    return Pictures.of(kafka, calibrate, (int) Math.min(Integer.MAX_VALUE, most), folder);
  }

  /**
   * Checks that {@code --held-out} allows enough images to judge the model.
   *
   * @param fewest the smallest number of images that must judge the model
   * @param why the reason for this number, which ends the error message
   * @throws IllegalArgumentException if {@code --held-out} is less than {@code fewest}
   */
  public void requireHeldOut(int fewest, String why) {
    if (heldOut < fewest) {
      throw new IllegalArgumentException(
          "--held-out: " + heldOut + " must be at least " + fewest + " " + why);
    }
  }

  /**
   * Finds the images that judge the model. Leaves out the images that calibrate the model, and
   * copies in other files and records: an image judges the model only once. Warns if all images
   * have the same class.
   *
   * @param calibration the images that {@link #calibration} returned
   * @param taken number of images that were taken to calibrate the model
   * @param labels the names of the classes
   * @param complaints receives warnings, for example about ignored images
   * @return the images, and their folder or topic; the number of images is at most {@code
   *     --held-out}, and may be 0
   * @throws IOException if a folder cannot be read
   */
  public Pictures heldOut(
      Pictures calibration, int taken, Labels labels, Consumer<String> complaints)
      throws IOException {
    Set<String> seen =
        calibration.from(0, taken).stream().map(PictureOptions::digest).collect(Collectors.toSet());
    Pictures all = data == null ? calibration : Pictures.in(data, folders(labels), complaints);
    List<Picture> judging =
        all.pictures().stream()
            .filter(picture -> seen.add(digest(picture)))
            .limit(heldOut)
            .toList();
    if (all.isLabelled() && judging.stream().map(Picture::truth).distinct().count() == 1) {
      complaints.accept(
          "all images that judge the model have the class "
              + labels.get(judging.get(0).truth())
              + ", so the loss of accuracy on other classes is not measured");
    }
    return new Pictures(all.place(), all.isLabelled(), judging);
  }

  /** {@return the hash of the encoded image, or the image's name if the image cannot be read} */
  private static String digest(Picture picture) {
    try {
      return Sha256.of(picture.content().read());
    } catch (IOException e) {
      return picture.name(); // the judge tells why
    }
  }

  private ClassFolders folders(Labels labels) {
    return classes == null
        ? ClassFolders.of(labels)
        : ClassFolders.of(labels, LabelsFile.read("--classes", classes));
  }
}
