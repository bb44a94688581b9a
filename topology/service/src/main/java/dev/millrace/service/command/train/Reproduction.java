package dev.millrace.service.command.train;

import dev.millrace.core.model.Lineage;
import dev.millrace.core.repository.ModelVersion;
import dev.millrace.core.training.ChampionMeasure;
import dev.millrace.core.training.EpochReport;
import dev.millrace.core.training.TrainingConfig;
import dev.millrace.core.training.TrainingListener;
import dev.millrace.core.training.Verdict;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;

/**
 * Listens to a training that repeats an earlier training. The repeated training ends after the step
 * at which the earlier training exported the version to repeat. The version that the repeated
 * training exports there must have the same bytes as the version to repeat. Used by one thread.
 */
final class Reproduction implements TrainingListener {

  private final ModelVersion original;
  private final Lineage lineage;
  private final TrainingConfig config;
  private final TrainingListener screen;
  private long target;
  private ModelVersion repeated;

  /**
   * @param original the version to repeat
   * @param config the configuration of the repeated training; this object writes to the folder of
   *     its run
   * @param screen shows the progress
   * @throws CommandException if the manifest of the version does not say how the version was
   *     trained, or if the version was trained on a topic
   */
  Reproduction(ModelVersion original, TrainingConfig config, TrainingListener screen) {
    this.original = original;
    this.lineage = lineageOf(original);
    this.config = config;
    this.screen = screen;
  }

  /**
   * {@return the record of a version's training from the manifest}
   *
   * @throws CommandException if the manifest does not say how the version was trained, or if the
   *     version was trained on a topic
   */
  static Lineage lineageOf(ModelVersion version) {
    Lineage lineage = version.manifest().lineage();
    Integer parent = version.manifest().parentVersion();
    if (version.manifest().quantization() != null && parent != null) {
      throw new CommandException(
          version + " is quantised; reproduce its float32 version, " + parent + ", instead");
    }
    if (lineage == null || lineage.options().isEmpty()) {
      throw new CommandException(
          "the manifest of "
              + version
              + " does not say how it was trained; --reproduce is for versions that this release's"
              + " 'millrace train' has trained");
    }
    if (!lineage.options().containsKey("data")) {
      throw new CommandException(
          version
              + " was trained on a topic, whose images are not kept; --reproduce is for versions"
              + " that were trained with --data");
    }
    return lineage;
  }

  /**
   * {@return whether the repeated training has exported the version, so that the training can end}
   */
  boolean isDone() {
    return repeated != null;
  }

  /** {@return the version that the repeated training has exported; null before the export} */
  ModelVersion repeated() {
    return repeated;
  }

  /**
   * Compares the images and the settings of the repeated training with the images and the settings
   * of the original training.
   *
   * @throws CommandException if the images or the settings differ
   */
  @Override
  public void prepared(Lineage now) {
    if (!now.data().equals(lineage.data())) {
      throw new CommandException(
          "the images are not those of "
              + original
              + ": it was trained with "
              + lineage.data().classes()
              + " images of its classes, and there are "
              + now.data().classes()
              + " with "
              + (now.data().classes().equals(lineage.data().classes())
                  ? "other names or contents"
                  : "these folders")
              + "; give --data the folder with the same images");
    }
    if (!now.start().equals(lineage.start())) {
      throw new CommandException(
          original
              + " was trained from "
              + lineage.start()
              + ", and there is now "
              + now.start()
              + "; restore the file that it started from");
    }
    requireSameDivision(now);
    new TreeMap<>(lineage.recipe())
        .forEach(
            (key, value) -> {
              if (!value.equals(now.recipe().get(key))) {
                throw new CommandException(
                    original
                        + " was trained with the "
                        + key
                        + " "
                        + value
                        + ", and this release makes "
                        + now.recipe().get(key)
                        + " of the same options; use the release that trained it");
              }
            });
    if (lineage.threads() != 1) {
      warned(
          original
              + " was trained on "
              + lineage.threads()
              + " threads, and only a training on one thread has the same bytes each time");
    }
    if (!now.libraries().equals(lineage.libraries())) {
      warned(
          "other libraries or another processor may give other bytes: "
              + original
              + " was trained with "
              + lineage.libraries()
              + ", and this is "
              + now.libraries());
    }
  }

  /** Requires that the images are divided as in the original training. */
  private void requireSameDivision(Lineage now) {
    String division = lineage.recipe().get(Lineage.DIVISION);
    if (division != null && !division.equals(now.recipe().get(Lineage.DIVISION))) {
      throw new CommandException(
          "the images of "
              + original
              + " were divided into other training images and held-out images, because its run's"
              + " folder already stored the parts of images of an earlier training; copy the file"
              + " split.json from that folder to "
              + config.checkpoints().run()
              + ", and start again");
    }
  }

  /**
   * {@return the exception for a run that can no longer export the version} For example, an earlier
   * reproduction in the run's folder was stopped after the export.
   */
  static CommandException hasPassed(ModelVersion original, TrainingConfig config) {
    return new CommandException(
        "the run in "
            + config.checkpoints().run()
            + " has already passed the step at which "
            + original
            + " was exported; remove the folder, and start again");
  }

  /**
   * @throws CommandException if the run in the folder can no longer export the version
   */
  @Override
  public void began(String run, int images, int heldOut, long done, long all) {
    target = lineage.epochs() * (all / config.optimization().epochs()) + lineage.batches();
    if (done > target) {
      throw hasPassed(original, config);
    }
    screen.began(run, images, heldOut, done, all);
    demandIfDue(done);
  }

  @Override
  public void stepped(long step, int images, double loss) {
    screen.stepped(step, images, loss);
    demandIfDue(step);
  }

  /**
   * Requests an export if the training has reached the step of the original export. The request is
   * necessary, because the run itself may publish a version of another epoch at its end.
   */
  private void demandIfDue(long done) {
    if (done == target) {
      Path demand = config.checkpoints().run().resolve("export");
      try {
        Files.write(demand, new byte[0]);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Override
  public void epochEnded(EpochReport report) {
    screen.epochEnded(report);
  }

  @Override
  public void exported(ModelVersion version) {
    Lineage now = version.manifest().lineage();
    if (now.epochs() == lineage.epochs() && now.batches() == lineage.batches()) {
      repeated = version;
    }
  }

  @Override
  public void gateOpened(int images, double smallestGain) {}

  @Override
  public void judged(Verdict verdict) {}

  @Override
  public void championMeasured(ChampionMeasure measure) {}

  @Override
  public void promoted(ModelVersion version) {}

  @Override
  public void warned(String what) {
    screen.warned(what);
  }
}
