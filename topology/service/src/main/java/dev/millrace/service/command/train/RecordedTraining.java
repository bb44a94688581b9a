package dev.millrace.service.command.train;

import dev.millrace.core.model.Lineage;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.Checkpoints;
import dev.millrace.core.training.ClassRule;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingData;
import dev.millrace.service.command.options.ModelOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import picocli.CommandLine;

/**
 * Restores the configuration with which a version was trained, from the options in its manifest.
 */
final class RecordedTraining {

  private RecordedTraining() {}

  /**
   * {@return the configuration to train a version again}
   *
   * @param original the version to train again
   * @param model the option that names the version's repository
   * @param data the folder of the images, if it differs from the recorded folder
   * @param run the folder for the repeated training and for its versions
   * @throws dev.millrace.service.command.lifecycle.CommandException if the manifest does not say
   *     how the version was trained
   */
  static TrainingConfig of(
      ModelVersion original, ModelOption model, Optional<Path> data, Path run) {
    Lineage lineage = Reproduction.lineageOf(original);
    Map<String, String> options = new TreeMap<>(lineage.options());
    options.put("threads", Integer.toString(lineage.threads()));
    data.ifPresent(folder -> options.put("data", folder.toString()));
    options.remove("classes");
    TrainCommand train = new TrainCommand();
    CommandLine line = new CommandLine(train).setCaseInsensitiveEnumValuesAllowed(true);
    List<String> arguments = new ArrayList<>(List.of("--model=" + original.name()));
    arguments.addAll(RecordedOptions.arguments(options, line.getCommandSpec()));
    line.parseArgs(arguments.toArray(String[]::new));
    TrainingConfig config = train.config(model, run);
    TrainingData.Folder folder = (TrainingData.Folder) config.data();
    // The classes of a training depend on the versions that exist when the training starts. This
    // training therefore uses the classes of the original version. Some of them may have no images,
    // because they were published before the original training.
    ClassRule classes =
        new ClassRule(Optional.of(original.labels()), folder.classes().minImages(), false);
    return new TrainingConfig(
        config.network(),
        config.preprocessing(),
        new TrainingData.Folder(folder.folder(), folder.split(), classes),
        config.optimization(),
        config.augmentation(),
        config.pretrained(),
        config.seed(),
        new Checkpoints(
            new ModelRepository(run.resolve("models")),
            original.name(),
            run,
            Optional.empty(),
            Optional.empty()),
        config.compute());
  }
}
