package dev.millrace.service.command.classify;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.inference.CpuModel;
import dev.millrace.service.command.models.ModelFileOptions;
import dev.millrace.service.command.models.ModelTrial;
import dev.millrace.service.command.models.PreparedFile;
import dev.millrace.service.command.options.RepositoryOption;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

/** A mixin of options that select a model in the repository or a model file. */
@Grouped(Section.MODEL)
final class ChosenModel {

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "Name of a model in the repository. Give either --model or --model-file.")
  private String name;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "With --model: version of the model (default: the newest).")
  private Integer version;

  @Mixin private RepositoryOption repository;

  @Option(
      names = "--model-file",
      paramLabel = "FILE",
      description =
          "ONNX file, or weights, to classify with. The file is not published. Describe it with"
              + " --labels and the options for the preprocessing, as in 'millrace models import'.")
  private Path file;

  @Mixin private ModelFileOptions options;

  /**
   * Requires that the options name one model.
   *
   * @param given the options on the command line
   * @throws IllegalArgumentException if the options name no model or two models, or do not fit the
   *     model
   */
  void requireOneModel(List<OptionSpec> given) {
    if ((name == null) == (file == null)) {
      throw new IllegalArgumentException(
          "Missing required option: give either --model=NAME or --model-file=FILE");
    }
    if (file != null && version != null) {
      throw new IllegalArgumentException("--version belongs to --model; a file has no version");
    }
    if (name != null) {
      given.stream()
          .filter(ModelFileOptions::owns)
          .findFirst()
          .ifPresent(
              option -> {
                throw new IllegalArgumentException(
                    option.longestName()
                        + " belongs to --model-file; a published version has its own");
              });
    }
  }

  /**
   * Loads the model.
   *
   * @param err for a model file, receives lines with the properties that were found
   */
  CpuModel load(PrintWriter err) {
    if (name != null) {
      ModelRepository models = repository.open();
      String model = ModelManifest.requireName(name);
      ModelVersion chosen = version == null ? models.newest(model) : models.version(model, version);
      return CpuModel.of(chosen);
    }
    PreparedFile prepared = options.prepare(file, ModelTrial.usual());
    prepared.lines(file).forEach(err::println);
    err.flush();
    return CpuModel.of(
        file.getFileName().toString(),
        prepared.model(),
        prepared.labels(),
        prepared.kind() != null,
        prepared.preprocessing());
  }
}
