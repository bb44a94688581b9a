package dev.millrace.service.command.options;

import dev.millrace.core.repository.ModelRepository;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.triton.TritonLayout;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The folder of the model repository: a mixin of one option. */
@Grouped(Section.MODEL)
public final class RepositoryOption {

  /** The folder if the option is not set, relative to the working directory. */
  public static final String DEFAULT = "millrace-data/models";

  @Option(
      names = "--repository",
      paramLabel = "DIR",
      defaultValue = DEFAULT,
      description = "Folder of the model repository (default: ${DEFAULT-VALUE}).")
  private Path folder;

  /** {@return the repository in the folder, which may also have Triton's layout} */
  public ModelRepository open() {
    return new ModelRepository(folder, new TritonLayout());
  }

  /** {@return the folder, which may be missing} */
  public Path folder() {
    return folder;
  }
}
