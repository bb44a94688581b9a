package dev.millrace.service.command.models;

import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LabelsFile;
import dev.millrace.service.command.options.ModelFile;
import dev.millrace.service.command.options.PreprocessingOptions;
import dev.millrace.service.labels.ClassNames;
import dev.millrace.service.preprocessing.FilesBeside;
import dev.millrace.service.preprocessing.Hints;
import dev.millrace.service.preprocessing.PreprocessingChoice;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** Everything that a model file does not say about itself: a mixin of options. */
public final class ModelFileOptions {

  @Mixin private WeightsOptions weights;

  @Grouped(Section.MODEL)
  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "File with the names of the classes, in the order of the model's outputs: one per line,"
              + " synset.txt, CSV, or JSON (default: the names in the config.json beside the"
              + " model).")
  private Path labels;

  @Mixin private PreprocessingOptions preprocessing;

  /**
   * {@return whether an option is one of this mixin}
   *
   * @param option an option of a command with this mixin
   */
  public static boolean owns(OptionSpec option) {
    return option.userObject() instanceof Field field
        && List.of(ModelFileOptions.class, WeightsOptions.class, PreprocessingOptions.class)
            .contains(field.getDeclaringClass());
  }

  /**
   * Prepares a model file for serving, and runs it.
   *
   * @param file the file, an ONNX model or weights
   * @param trial limits the time of the run
   * @return the prepared model
   * @throws IllegalArgumentException if the options do not fit each other
   * @throws ModelException if the file cannot be served
   */
  public PreparedFile prepare(Path file, ModelTrial trial) {
    Optional<ResNet> network = weights.network(file);
    FilesBeside beside = FilesBeside.of(file);
    List<Hints> hints = new ArrayList<>(beside.hints());
    network.ifPresent(chosen -> hints.add(Hints.ofSize("--arch", chosen.size())));
    PreprocessingChoice choice = preprocessing.choose(hints);
    ClassNames names = names(beside);
    byte[] given = network.isPresent() ? ModelFile.read(file) : ModelFile.onnx(file);
    byte[] onnx =
        network
            .map(
                chosen ->
                    weights.onnx(
                        chosen
                            .withSize(choice.preprocessing().width())
                            .withClasses(names.labels().size()),
                        file))
            .orElse(given);
    PreparedModel prepared = prepared(file, trial, onnx, choice, names);
    List<String> lines = new ArrayList<>(choice.lines());
    lines.add("labels from " + namesFile(beside) + ": " + names);
    return PreparedFile.of(given, prepared, choice.preprocessing(), names, lines);
  }

  private static PreparedModel prepared(
      Path file, ModelTrial trial, byte[] onnx, PreprocessingChoice choice, ClassNames names) {
    try {
      return trial.call(
          file.toString(),
          () -> ModelPreparation.prepare(onnx, choice.preprocessing(), names.labels()));
    } catch (ModelException e) {
      // The preparation knows the number of classes, but not the form of the file of labels.
      if (e.getMessage().contains(names.labels().size() + " labels")) {
        throw new ModelException(
            e.getMessage() + " (the labels were read as " + names.form() + ")", e);
      }
      throw e;
    }
  }

  private ClassNames names(FilesBeside beside) {
    if (labels != null) {
      return LabelsFile.read(labels);
    }
    return beside
        .names()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Missing required option: '--labels=FILE', because no config.json beside the"
                        + " model names its classes"));
  }

  private Path namesFile(FilesBeside beside) {
    return labels == null ? beside.namesFile() : labels;
  }
}
