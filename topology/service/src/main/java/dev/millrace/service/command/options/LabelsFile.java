package dev.millrace.service.command.options;

import dev.millrace.service.command.lifecycle.CommandException;
import dev.millrace.service.labels.ClassNames;
import java.nio.file.Files;
import java.nio.file.Path;

/** A file with the names of the classes, which an option names. */
public final class LabelsFile {

  private LabelsFile() {}

  /**
   * Reads the names of the classes from the file.
   *
   * @param option the option, for the message, for example {@code --labels}
   * @param file the file's path
   * @return the names of the classes, and the form of the file
   * @throws CommandException if the file cannot be read
   * @throws dev.millrace.core.model.ModelException if the file holds no list of names
   */
  public static ClassNames read(String option, Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new CommandException(
          "cannot read the labels file "
              + file
              + ": give "
              + option
              + " a file with the names of the classes, for example one name per line");
    }
    return ClassNames.read(file);
  }
}
