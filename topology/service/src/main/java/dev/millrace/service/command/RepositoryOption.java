package dev.millrace.service.command;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.triton.TritonLayout;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Where the models are: a mixin of one option. */
final class RepositoryOption {

  static final String DEFAULT = "millrace-data/models";

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      defaultValue = DEFAULT,
      description = "The model repository (default: ${DEFAULT-VALUE}).")
  private Path folder;

  ModelRepository open() {
    return new ModelRepository(folder, new TritonLayout());
  }

  Path folder() {
    return folder;
  }
}
