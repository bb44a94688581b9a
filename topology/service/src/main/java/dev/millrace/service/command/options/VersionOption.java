package dev.millrace.service.command.options;

import dev.millrace.core.model.ModelManifest;
import dev.millrace.core.repository.ModelRepository;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A mixin of options that name one version of one model in a repository. */
@Grouped(Section.MODEL)
public final class VersionOption {

  @Mixin private ModelOption model;

  @Option(
      names = "--version",
      paramLabel = "N",
      description = "Version of the model (default: the newest).")
  private Integer version;

  /** {@return the repository that holds the model} */
  public ModelRepository repository() {
    return model.repository();
  }

  /**
   * Reads the manifest of the version. If the repository is on another machine, this method does
   * not copy the version to this machine.
   *
   * @return the manifest; without {@code --version}, the manifest of the newest version
   * @throws dev.millrace.core.model.ModelException if the repository has no such version
   */
  public ModelManifest manifest() {
    ModelRepository models = model.repository();
    return models.manifest(
        model.name(), version == null ? models.newestNumber(model.name()) : version);
  }

  /**
   * Reads the version.
   *
   * @return the version; without {@code --version}, the newest version
   * @throws dev.millrace.core.model.ModelException if the repository has no such version
   */
  public ModelVersion read() {
    ModelRepository models = model.repository();
    return version == null ? models.newest(model.name()) : models.version(model.name(), version);
  }
}
