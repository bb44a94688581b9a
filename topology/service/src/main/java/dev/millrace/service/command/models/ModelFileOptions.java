package dev.millrace.service.command.models;

import dev.millrace.core.files.Sha256;
import dev.millrace.core.model.ModelException;
import dev.millrace.core.resnet.ResNet;
import dev.millrace.onnx.ExportedModel;
import dev.millrace.onnx.ImageLayout;
import dev.millrace.onnx.ModelPreparation;
import dev.millrace.onnx.OwnNormalization;
import dev.millrace.onnx.PreparedModel;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.InputSize;
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

/** A mixin of options for the properties of a model that its file does not state. */
public final class ModelFileOptions {

  @Mixin private WeightsOptions weights;

  @Grouped(Section.MODEL)
  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "File with the names of the classes, in the order of the model's outputs: one per line,"
              + " synset.txt, CSV, JSON, or YAML (default: the names in the config.json beside the"
              + " model).")
  private Path labels;

  @Mixin private OutputOptions output;

  @Mixin private PreprocessingOptions preprocessing;

  /**
   * {@return whether an option belongs to this mixin}
   *
   * @param option an option of a command with this mixin
   */
  public static boolean owns(OptionSpec option) {
    return option.userObject() instanceof Field field
        && List.of(
                ModelFileOptions.class,
                WeightsOptions.class,
                OutputOptions.class,
                PreprocessingOptions.class)
            .contains(field.getDeclaringClass());
  }

  /**
   * Prepares a model file for serving, and runs it. Takes each property from the options, otherwise
   * from the model's file, otherwise from the files beside the model's file. If no source has the
   * property, this method assumes a value, and the result reports the assumption.
   *
   * @param file the file, an ONNX model or weights
   * @param trial limits the time of the run
   * @return the prepared model
   * @throws IllegalArgumentException if the options contradict each other, or do not fit the model
   * @throws ModelException if the file cannot be served
   */
  public PreparedFile prepare(Path file, ModelTrial trial) {
    Optional<ResNet> network = weights.network(file);
    FilesBeside beside = FilesBeside.of(file);
    ClassNames names = names(beside);
    List<Hints> hints = new ArrayList<>(preprocessing.hints());
    hints.addAll(beside.hints());
    byte[] given = network.isPresent() ? ModelFile.read(file) : ModelFile.onnx(file);
    ExportedModel exported =
        network
            .map(chosen -> sized(chosen, hints).withClasses(names.labels().size()))
            .map(chosen -> ExportedModel.of(weights.onnx(chosen, file)))
            .orElseGet(() -> ModelFile.named(file, () -> ExportedModel.of(given, file)));
    if (network.isPresent()) {
      hints.add(Hints.of("--arch", exported.input()));
    } else {
      hints.add(1, Hints.of(file.toString(), exported.input()));
    }
    Prepared prepared =
        trial.call(file.toString(), () -> prepared(exported, preprocessing.layout(), hints, names));
    List<String> understood = new ArrayList<>(prepared.choice().lines());
    if (!isNormalized(hints.get(0))) {
      exported.ownNormalization().map(ModelFileOptions::twice).ifPresent(understood::add);
    }
    understood.add("labels from " + (labels == null ? beside.namesFile() : labels) + ": " + names);
    return new PreparedFile(
        Sha256.of(given),
        prepared.model(),
        exported.hasExternalData(),
        prepared.choice().preprocessing(),
        names.labels(),
        understood);
  }

  /** {@return whether the options say how to normalise the pixels} */
  private static boolean isNormalized(Hints options) {
    return options.scale() != null || options.mean() != null || options.std() != null;
  }

  private static String twice(OwnNormalization own) {
    return "preprocessing may be applied twice: the model begins with %s, which normalises pixels of 0 to %d, and the mean and std above are applied before it; give %s, or confirm the mean and std with options"
        .formatted(
            own.operator(), own.white(), own.white() == 1 ? "--mean 0 --std 1" : "--scale 1");
  }

  /** A prepared model with its preprocessing. */
  private record Prepared(PreparedModel model, PreprocessingChoice choice) {}

  private Prepared prepared(
      ExportedModel exported, ImageLayout layout, List<Hints> hints, ClassNames names) {
    PreprocessingChoice choice =
        PreprocessingChoice.of(exported.input(), exported::runningChannels, hints);
    try {
      return new Prepared(
          ModelPreparation.prepare(
              exported, choice.preprocessing(), names.labels(), layout, output.settings()),
          choice);
    } catch (ModelException e) {
      // This method adds the format of the labels file to the error message, because
      // ModelPreparation knows only the number of classes.
      if (e.getMessage().contains(names.labels().size() + " labels")) {
        throw new ModelException(
            e.getMessage() + " (the labels were read as " + names.form() + ")", e);
      }
      throw e;
    }
  }

  /** {@return the network with the input size from the first source that states an input size} */
  private static ResNet sized(ResNet network, List<Hints> hints) {
    Optional<Hints> source = hints.stream().filter(hint -> hint.width() != null).findFirst();
    if (source.isEmpty()) {
      return network;
    }
    int width = source.get().width();
    int height = source.get().height();
    if (width != height) {
      String message =
          "size: "
              + new InputSize(height, width)
              + " is not square, and the networks of --arch are";
      throw source.get().equals(hints.get(0))
          ? new IllegalArgumentException(message)
          : new ModelException(source.get().source() + ": " + message + "; give --size");
    }
    return network.withSize(width);
  }

  private ClassNames names(FilesBeside beside) {
    if (labels != null) {
      return LabelsFile.read("--labels", labels);
    }
    return beside
        .names()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Missing required option: '--labels=FILE', because no config.json beside the"
                        + " model names its classes"));
  }
}
