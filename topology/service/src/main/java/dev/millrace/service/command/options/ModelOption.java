package dev.millrace.service.command.options;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** A mixin of options that name a repository and a model in this repository. */
@Grouped(Section.MODEL)
public final class ModelOption {

  @Mixin private RepositoryOption repository;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      required = true,
      scope = ScopeType.INHERIT,
      description = "Name of the model (required).")
  private String name;

  /**
   * {@return the name of the model}
   *
   * @throws IllegalArgumentException if the name is not allowed for a model
   */
  public String name() {
    return ModelManifest.requireName(name);
  }

  /** {@return the repository that holds the model, or that the model will be published to} */
  public ModelRepository repository() {
    return repository.open();
  }
}
