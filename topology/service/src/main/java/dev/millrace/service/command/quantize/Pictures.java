package dev.millrace.service.command.quantize;

import dev.millrace.core.files.WholeFile;
import dev.millrace.service.command.cluster.Cluster;
import dev.millrace.service.command.cluster.TopicReader;
import dev.millrace.service.command.evaluate.ClassFolders;
import dev.millrace.service.command.images.ImageFile;
import dev.millrace.service.command.images.ImageFiles;
import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.command.options.KafkaOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Images from one place, in a random order that is the same in every run.
 *
 * @param place the folder or the topic, as messages name it
 * @param isLabelled whether the classes of the images are known
 * @param pictures the images; either all images or no images have a known class
 */
public record Pictures(String place, boolean isLabelled, List<Picture> pictures) {

  private static final long SEED = 1;

  /**
   * Creates the record with an unmodifiable copy of the list.
   *
   * @param place the folder or the topic
   * @param isLabelled whether the classes of the images are known
   * @param pictures the images
   */
  public Pictures {
    pictures = List.copyOf(pictures);
  }

  /**
   * Finds the images in a folder. If some of the subfolders stand for classes, this method returns
   * only the images in these subfolders. Otherwise, it returns all images, without classes.
   *
   * @param folder the folder
   * @param folders the folders that stand for classes
   * @param complaints receives warnings, for example about ignored images
   * @return the images; at least one
   * @throws IOException if a folder cannot be read
   * @throws CommandException if there is no image
   */
  public static Pictures in(Path folder, ClassFolders folders, Consumer<String> complaints)
      throws IOException {
    List<Picture> labelled = new ArrayList<>();
    List<Picture> others = new ArrayList<>();
    for (ImageFile file : ImageFiles.find(List.of(folder), false, complaints)) {
      String id = file.id();
      int truth =
          folders.find(id.substring(0, Math.max(0, id.lastIndexOf('/')))).orElse(Picture.UNKNOWN);
      (truth == Picture.UNKNOWN ? others : labelled)
          .add(
              new Picture(
                  file.path().toAbsolutePath().normalize().toString(),
                  truth,
                  () -> WholeFile.read(file.path())));
    }
    if (!labelled.isEmpty() && !others.isEmpty()) {
      complaints.accept(
          others.size() + " images in " + folder + " are in no folder of a class and are ignored");
    }
    if (labelled.isEmpty()) {
      complaints.accept(
          "no folder in "
              + folder
              + " is a class of the model, so on these images, the versions are judged by their"
              + " agreement");
    }
    boolean isLabelled = !labelled.isEmpty();
    List<Picture> pictures = isLabelled ? labelled : others;
    Collections.shuffle(pictures, new Random(SEED));
    return new Pictures(folder.toString(), isLabelled, pictures);
  }

  /**
   * Reads a topic to its end, and takes a random sample of its images. The sample is the same in
   * every run. Copies of an image count once. The classes are unknown. Records without a value are
   * skipped.
   *
   * @param kafka the options of Kafka's clients
   * @param topic the topic's name
   * @param most the largest number of images
   * @param folder the folder for the images of the sample. The caller deletes it when the images
   *     are no longer needed
   * @return the images
   * @throws CommandException if no broker answers, there is no such topic, or the folder cannot be
   *     written to
   */
  public static Pictures of(KafkaOptions kafka, String topic, int most, Path folder) {
    try (Cluster cluster = Cluster.of(kafka)) {
      cluster.requireTopics(Set.of(topic));
    }
    TopicSample sample = new TopicSample(folder, most);
    try (var consumer = TopicReader.consumer(kafka)) {
      new TopicReader(consumer)
          .read(
              topic,
              record -> {
                sample.add(record);
                return true;
              });
    }
    return new Pictures(topic, false, sample.pictures());
  }

  /** {@return at most {@code most} images, beginning with the image at {@code index}} */
  List<Picture> from(int index, int most) {
    int start = Math.min(index, pictures.size());
    return pictures.subList(start, (int) Math.min(pictures.size(), (long) start + most));
  }
}
