package dev.millrace.service.command.train;

import dev.millrace.control.KafkaAccess;
import dev.millrace.core.training.PretrainingConfig;
import dev.millrace.core.training.PretrainingData;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.EventOptions;
import dev.millrace.service.command.options.KafkaOptions;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A mixin of options for images without labels. */
@Grouped(Section.DATA)
final class PretrainingDataOptions {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Folder of images, also in subfolders. If all images lie in at least two subfolders, these"
              + " are taken as classes to judge the encoder after each epoch. No step sees the"
              + " classes.")
  private Path folder;

  @Option(
      names = "--images-topic",
      paramLabel = "TOPIC",
      description =
          "Topic of images, instead of --data. The newest images are read once, at the start, and"
              + " kept in the run's folder.")
  private String topic;

  @Option(
      names = "--images",
      paramLabel = "N",
      description =
          "With --images-topic: largest number of images to read (default: ${DEFAULT-VALUE}).")
  private int capacity = PretrainingConfig.IMAGES;

  @Mixin private EventOptions events;

  /** {@return the images that the options select} */
  PretrainingData data(CommandSpec spec, KafkaOptions kafka) {
    if ((folder == null) == (topic == null)) {
      throw new ParameterException(
          spec.commandLine(), "give either --data or --images-topic: what to learn from");
    }
    if (folder != null) {
      Given given = new Given(spec);
      given.refuseWithout("--images-topic", List.of("--images"));
      given.refuseOnTheLineWithout("--images-topic", EventOptions.NAMES);
    }
    return folder != null
        ? new PretrainingData.Folder(folder)
        : new PretrainingData.Topic(
            topic, events.keys(), new KafkaAccess(kafka.consumer(KafkaOptions.PATIENCE)), capacity);
  }

  /** {@return whether the images come from a topic} */
  boolean isTopic() {
    return topic != null;
  }
}
