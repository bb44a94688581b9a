package dev.millrace.service.command.train;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.model.Labels;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.Split;
import dev.millrace.core.training.TrainingData;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.EventOptions;
import dev.millrace.service.command.options.KafkaOptions;
import dev.millrace.service.serve.ServiceConfig;
import dev.millrace.service.serve.TopicCreation;
import dev.millrace.service.serve.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A mixin of options for the training data. */
@Grouped(Section.DATA)
final class DataOptions {

  private static final List<String> OF_TOPICS =
      List.of(
          "--images-topic",
          "--create-topics",
          "--replay-images",
          "--every-labels",
          "--every-minutes");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of training images, with one folder per class.")
  private Path folder;

  @Option(
      names = "--images-topic",
      paramLabel = "TOPIC",
      defaultValue = Topics.DEFAULT_INPUT,
      description = "With --labels-topic: topic of the images (default: ${DEFAULT-VALUE}).")
  private String images;

  @Option(
      names = "--labels-topic",
      paramLabel = "TOPIC",
      description =
          "Train continuously on labelled images from Kafka. TOPIC holds the labels: the key of a"
              + " record is the key of an image, and the value is the name of the image's class.")
  private String labels;

  @Mixin private EventOptions events;

  @Option(
      names = "--create-topics",
      paramLabel = "PARTITIONS",
      description =
          "With --labels-topic: create the topics of images and labels, if they are missing, with"
              + " this many partitions.")
  private Integer createTopics;

  @Option(
      names = "--replay-images",
      paramLabel = "N",
      defaultValue = "50000",
      description =
          "With --labels-topic: largest number of labelled images to keep on disk (default:"
              + " ${DEFAULT-VALUE}).")
  private int replay;

  @Option(
      names = "--every-labels",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "With --labels-topic: train after this many new labels (default: ${DEFAULT-VALUE}).")
  private int everyLabels;

  @Option(
      names = "--every-minutes",
      paramLabel = "T",
      defaultValue = "60",
      description =
          "With --labels-topic: train this many minutes after the last training if any new"
              + " label has arrived (default: ${DEFAULT-VALUE}).")
  private int everyMinutes;

  @Option(
      names = "--held-out",
      paramLabel = "SHARE",
      defaultValue = "0.2",
      description =
          "Share of each class's images to hold out from training. Three quarters of the held-out"
              + " images are used to compare versions, and one quarter to measure the reported"
              + " accuracy (default: ${DEFAULT-VALUE}).")
  private double heldOut;

  @Option(
      names = "--group",
      paramLabel = "REGEX",
      description =
          "Regular expression that finds an image's group in the image's key, which is the path"
              + " below DIR or the record's key. Images of one group are either all held out or all"
              + " trained on. The group is the expression's first capturing group, or the whole"
              + " match. For example, 'patient[0-9]+' keeps the images of a patient together, and"
              + " '.*/' keeps the images of a folder together.")
  private Pattern group;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "Labels file that fixes the classes and their order, one name per line. Images with"
              + " another label are reported and left out (default: the labels of the images).")
  private Path classes;

  @Option(
      names = "--min-per-class",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Without --classes: number of different images that a label needs to become a class."
              + " Images with a rarer label are reported and left out. A class of a published"
              + " version stays a class (default: ${DEFAULT-VALUE}).")
  private int minPerClass;

  /** {@return the folder of images; empty without {@code --data}} */
  Optional<Path> folder() {
    return Optional.ofNullable(folder);
  }

  /**
   * {@return the training data that the options select}
   *
   * @param run the folder of the training run, which also stores the images from a topic
   */
  TrainingData data(CommandSpec spec, KafkaOptions kafka, Path run) {
    if ((folder == null) == (labels == null)) {
      throw new ParameterException(
          spec.commandLine(), "give either --data or --labels-topic: what to learn from");
    }
    Split split = new Split(heldOut, Optional.ofNullable(group));
    ClassRule rule = new ClassRule(Optional.ofNullable(classes).map(Labels::read), minPerClass);
    if (folder != null) {
      return new TrainingData.Folder(folder, split, rule);
    }
    return new TrainingData.Topics(
        images,
        labels,
        events.keys(),
        new KafkaAccess(kafka.consumer(Map.of())),
        replay(run),
        replay,
        everyLabels,
        Duration.ofMinutes(everyMinutes),
        split,
        rule);
  }

  /**
   * Refuses options that have no effect together with the other options.
   *
   * @param given tells which options the user gave
   * @throws IllegalArgumentException if the user gave an option that has no effect
   */
  void requireEffects(Given given) {
    if (folder != null && labels == null) {
      given.refuseWithout("--labels-topic", OF_TOPICS);
      given.refuseOnTheLineWithout("--labels-topic", EventOptions.NAMES);
    }
    if (classes != null && given.has("--min-per-class")) {
      throw new IllegalArgumentException(
          "--min-per-class cannot be combined with --classes, which fixes the classes; leave out one"
              + " of the two options");
    }
  }

  /** {@return the subfolder of a run's folder that stores the images from a topic} */
  static Path replay(Path run) {
    return run.resolve("replay");
  }

  /**
   * Creates the topics of images and labels if {@code --create-topics} and {@code --labels-topic}
   * are set.
   */
  void createTopics(KafkaOptions kafka) throws InterruptedException {
    if (createTopics != null && labels != null) {
      try (Admin admin = Admin.create(kafka.admin())) {
        TopicCreation.createLabelled(
            admin, images, labels, createTopics, ServiceConfig.DEFAULT_MAX_RECORD_BYTES);
      }
    }
  }
}
