package dev.millrace.service.command.options;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.lifecycle.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The file that {@code --labels} names. */
public final class LabelsFile {

  private LabelsFile() {}

  /**
   * Reads the names of the classes from the file.
   *
   * @param file the file's path
   * @return the names of the classes
   * @throws CommandException if the file cannot be read
   */
  public static Labels read(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new CommandException(
          "cannot read the labels file "
              + file
              + ": give --labels a text file with one class a line");
    }
    return Labels.read(file);
  }
}
