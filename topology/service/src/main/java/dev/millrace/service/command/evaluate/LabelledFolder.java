package dev.millrace.service.command.evaluate;

import dev.millrace.core.model.Labels;
import dev.millrace.service.command.help.Grouped;
import dev.millrace.service.command.help.Section;
import dev.millrace.service.command.options.LabelsFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import picocli.CommandLine.Option;

/** A mixin of options for the folder of labelled images. */
@Grouped(Section.DATA)
public final class LabelledFolder {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder with one folder of images per class, named after the class (required).")
  private Path folder;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "File with the names of the folders, in the order of the model's outputs and in any form"
              + " that 'models import --labels' accepts. For synset.txt, the folders have the"
              + " WordNet numbers (default: the folders have the names of the classes).")
  private Path classes;

  @Option(
      names = "--ignore-unknown",
      description = "Ignore folders that stand for no class of the model, instead of failing.")
  private boolean ignoreUnknown;

  /**
   * Finds the images.
   *
   * @param labels the names of the classes
   * @param complaints receives a line about each skipped file or folder
   * @return the images; at least one
   * @throws IOException if a folder cannot be read
   * @throws dev.millrace.service.command.lifecycle.CommandException if there is no image, or if a
   *     folder stands for no class; the message names the folder
   */
  public LabelledFiles find(Labels labels, Consumer<String> complaints) throws IOException {
    return find(labels, labels, complaints);
  }

  /**
   * Finds the images of the classes that two models have.
   *
   * @param labels the names of the first model's classes, in the order of {@code --classes}
   * @param others the names of the second model's classes
   * @param complaints receives a line about each skipped file or folder
   * @return the images; at least one
   * @throws IOException if a folder cannot be read
   * @throws IllegalArgumentException if the models have no class in common
   * @throws dev.millrace.service.command.lifecycle.CommandException if there is no image, or if a
   *     folder does not stand for a class of both models; the message names the folder
   */
  public LabelledFiles find(Labels labels, Labels others, Consumer<String> complaints)
      throws IOException {
    ClassFolders folders =
        classes == null
            ? ClassFolders.of(labels)
            : ClassFolders.of(labels, LabelsFile.read("--classes", classes));
    folders.retain(others);
    return LabelledFiles.find(folder, labels, folders, ignoreUnknown, complaints);
  }
}
